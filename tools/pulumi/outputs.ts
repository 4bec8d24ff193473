import { z } from "zod";
import { requireJson } from "../../config/json.ts";
import { projectRoot } from "../paths.ts";
import { Problem } from "../problem.ts";
import { run } from "../run.ts";
import { reasonOf } from "./passphrase.ts";

/** The outputs of the program that the commands use; others are left alone. */
const outputsSchema = z.looseObject({
  endpoint: z.url().optional(),
  dashboards: z.record(z.string(), z.string()).optional(),
  servers: z.record(z.string(), z.string()).optional(),
  caCertificate: z.string().startsWith("-----BEGIN CERTIFICATE-----").optional(),
});

/** Outputs of a stack. */
export type Outputs = z.infer<typeof outputsSchema>;

/** Reads the outputs of a stack; secret ones come as "[secret]". */
export async function readOutputs(stack: string, env: NodeJS.ProcessEnv): Promise<Outputs> {
  const argv = ["pulumi", "-C", projectRoot, "stack", "output", "--json", "--stack", stack];
  const { code, stdout, stderr } = await run(argv, { env });
  if (code !== 0) throw new Problem(`outputs: ${reasonOf(stderr, stack, env)}`);
  return requireJson(stdout, outputsSchema, `what \`${argv.join(" ")}\` prints`, "run `npm run up` again");
}
