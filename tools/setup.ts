import { type Command, serve } from "./command.ts";
import { setUp } from "./setup/setUp.ts";

const command: Command = {
  name: "setup",
  summary: "Gets what the project needs on this machine (CLI, plugins, OS packages); starts nothing.",
  main: async ({ stack }) => {
    await setUp({ stack });
    process.stderr.write("Set-up is complete.\n");
    return 0;
  },
};

await serve(command);
