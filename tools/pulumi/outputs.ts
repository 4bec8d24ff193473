import { z } from "zod";
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
  return outputsSchema.parse(JSON.parse(await runOrFail("outputs", argv, { env })));
}
