import { rm } from "node:fs/promises";
import { type Command, serve } from "./command.ts";
import { writeWhole } from "./files.ts";
import { caCertificateFile } from "./paths.ts";
import { operate } from "./pulumi/operate.ts";
import { readOutputs } from "./pulumi/outputs.ts";
import { cloudOf } from "./pulumi/stackFile.ts";
import { summary } from "./pulumi/summary.ts";

const command: Command = {
  name: "up",
  summary: "Sets up what is missing, then makes the stack what its program and config say.",
  main: async ({ stack }) => {
    const { code, env } = await operate("up", stack);
    if (code !== 0) return code;
    const outputs = await readOutputs(stack, env);
    const caFile = caCertificateFile(stack);
    const ownAuthority = (await cloudOf(stack)) === "onebox" && outputs.caCertificate !== undefined;
    if (ownAuthority) await writeWhole(caFile, outputs.caCertificate ?? "", 0o644);
    else await rm(caFile, { force: true });
    process.stdout.write(`\n${summary(stack, outputs, ownAuthority ? caFile : undefined)}`);
    return 0;
  },
};

await serve(command);
