import { rm } from "node:fs/promises";
import { type Command, serve } from "./command.ts";
import { caCertificateFile } from "./paths.ts";
import { operate } from "./pulumi/operate.ts";

const command: Command = {
  name: "down",
  summary: "Destroys everything of the stack, its data too; the empty stack and its config stay.",
  main: async ({ stack }) => {
    const { code } = await operate("destroy", stack);
    if (code === 0) await rm(caCertificateFile(stack), { force: true });
    return code;
  },
};

await serve(command);
