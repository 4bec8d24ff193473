import { type Command, serve } from "./command.ts";
import { operate } from "./pulumi/operate.ts";

const command: Command = {
  name: "preview",
  summary: "Shows what `npm run up` would change; changes nothing.",
  flags: { "expect-no-changes": "end with code 7 when something would change; any other code is an error" },
  main: async ({ stack, flags }) =>
    (await operate("preview", stack, flags.has("expect-no-changes") ? ["--expect-no-changes"] : [])).code,
};

await serve(command);
