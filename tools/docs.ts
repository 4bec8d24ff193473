import { join } from "node:path";
import { type Command, serve } from "./command.ts";
import { node24, projectRoot } from "./paths.ts";
import { attach } from "./run.ts";

/** Each writes its part of docs/. */
const writers = [
  "config/writeReference.ts",
  "tools/writeGrafana.ts",
  "tools/writeSumo.ts",
  "tools/writeSecurity.ts",
  "tools/writeLimits.ts",
];

const command: Command = {
  name: "docs",
  summary:
    "Writes what is generated: the configuration reference, dashboards, tables of the security model and of limits.",
  stack: null,
  main: async () => {
    for (const writer of writers) {
      const code = await attach([node24, join(projectRoot, writer)], { cwd: projectRoot });
      if (code !== 0) return code;
    }
    return 0;
  },
};

await serve(command);
