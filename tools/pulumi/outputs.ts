import { z } from "zod";
import { requireJson } from "../../config/json.ts";
import { projectRoot } from "../paths.ts";
import { runOrFail } from "../run.ts";

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
  const printed = await runOrFail("outputs", argv, { env });
  return requireJson(printed, outputsSchema, `what \`${argv.join(" ")}\` prints`, "run `npm run up` again");
}
