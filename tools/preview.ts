import { type Command, serve } from "./command.ts";
import { operate } from "./pulumi/operate.ts";

const command: Command = {
  name: "preview",
  summary: "Shows what `npm run up` would change; changes nothing.",
  main: async ({ stack }) => (await operate("preview", stack)).code,
};

await serve(command);
