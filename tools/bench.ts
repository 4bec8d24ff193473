import { join } from "node:path";
import { type Command, serve } from "./command.ts";
import { node24, projectRoot } from "./paths.ts";
import { attach } from "./run.ts";
import { setUp } from "./setup/setUp.ts";

const command: Command = {
  name: "bench",
  summary: "Measures the onebox stack beside the same daemons started by hand.",
  main: async ({ stack }) => {
    const { env } = await setUp({ stack, tests: true });
    return attach([node24, join(projectRoot, "tests", "bench", "main.ts")], { cwd: projectRoot, env });
  },
};

await serve(command);
