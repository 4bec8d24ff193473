/** The workflows of .github, as far as tests look at them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { root } from "./mockedStack.ts";

const step = z.object({
  id: z.string().optional(),
  if: z.string().optional(),
  run: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const job = z.object({
  if: z.string().optional(),
  uses: z.string().optional(),
  environment: z.string().optional(),
  permissions: z.record(z.string(), z.string()).optional(),
  concurrency: z.object({ group: z.string(), "cancel-in-progress": z.boolean() }).optional(),
  steps: z.array(step).optional(),
});
const workflow = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(z.string(), job),
});

export type Workflow = z.infer<typeof workflow>;

export const workflowFolder = join(root, ".github/workflows");

/** Names of the workflows' files. */
export const workflowFiles: readonly string[] = readdirSync(workflowFolder).sort();

export const textOfWorkflow = (file: string): string => readFileSync(join(workflowFolder, file), "utf8");

export const readWorkflow = (file: string): Workflow => workflow.parse(parse(textOfWorkflow(file)));

/**
 * What a job runs, in its order.
 * @throws when there is no such job, or it runs nothing
 */
export function scriptsOf(file: string, name: string): readonly string[] {
  const scripts = (readWorkflow(file).jobs[name]?.steps ?? []).flatMap((each) => each.run ?? []);
  if (scripts.length === 0) throw new Error(`${file}: no job ${name} that runs anything`);
  return scripts;
}
