import { type Command, serve } from "./command.ts";
import { operate } from "./pulumi/operate.ts";

const command: Command = {
  name: "refresh",
  summary: "Compares the state with what is really there and writes down the differences.",
  main: async ({ stack }) => (await operate("refresh", stack)).code,
};

await serve(command);
