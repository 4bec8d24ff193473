/** What the commands know of a stack on AWS, and how they ask it. */
import { z } from "zod";
import { requireJson } from "../../config/json.ts";
import { stackSettings } from "../onebox/stack.ts";
import { Problem } from "../problem.ts";
import { run, runOrFail } from "../run.ts";
import type { AwsStack } from "./commands.ts";

/** @throws Problem without the `aws` CLI: everything here is asked of it */
export async function requireAwsCli(): Promise<void> {
  if ((await run(["aws", "--version"])).code !== 0) {
    throw new Problem(
      "the `aws` command is not on PATH: install the AWS CLI 2 and log in. What the stack is: `pulumi stack output`; how it is: its CloudWatch dashboard",
    );
  }
}

/** @throws Problem when the stack's settings have faults or name another cloud */
export async function awsStack(name: string): Promise<AwsStack> {
  const { settings } = await stackSettings(name);
  if (settings.aws === null || settings.aws === undefined) throw new Problem(`stack ${name} is not on aws`);
  return {
    name,
    region: settings.aws.region,
    webs: settings.servers.filter(({ role }) => role === "web").map((server) => server.name),
    databaseKind: settings.aws.database.kind,
  };
}

/** Asks the `aws` CLI. @throws Problem with what it said */
export async function askAws<T>(what: string, argv: readonly string[], shape: z.ZodType<T>): Promise<T> {
  return requireJson(
    await runOrFail(what, argv),
    shape,
    `what \`${argv.join(" ")}\` prints`,
    "update the AWS CLI",
  );
}

/** The id that `findInstance` prints. @throws Problem when there is none */
export function instanceIn(text: string, web: string): string {
  const id = z
    .string()
    .regex(/^i-[0-9a-f]+$/)
    .safeParse(text.trim());
  if (!id.success) throw new Problem(`no instance of ${web} is in service`);
  return id.data;
}
