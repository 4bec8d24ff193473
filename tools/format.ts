import { join } from "node:path";
import { type Command, serve } from "./command.ts";
import { node24, nodeBinFolder, projectRoot } from "./paths.ts";
import { attach } from "./run.ts";

const command: Command = {
  name: "format",
  summary: "Formats the source and mends what the lint rules can mend.",
  stack: null,
  main: () => attach([node24, join(nodeBinFolder, "biome"), "check", "--write"], { cwd: projectRoot }),
};

await serve(command);
