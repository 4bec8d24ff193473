import { join } from "node:path";
import { chooseParts, partNames } from "../tests/bench/parts.ts";
import { type Command, serve } from "./command.ts";
import { node24, projectRoot } from "./paths.ts";
import { Problem } from "./problem.ts";
import { attach } from "./run.ts";
import { setUp } from "./setup/setUp.ts";

const command: Command = {
  name: "bench",
  summary:
    "Measures a onebox stack of its own, beside the same daemons started by hand, and prints each figure with its target.",
  options: { only: `parts, separated by commas: ${partNames.join(", ")}` },
  main: async ({ stack, values }) => {
    const choice = chooseParts(values.only);
    if ("unknown" in choice) {
      throw new Problem(
        `npm run bench: --only ${choice.unknown.join(", ")}: the parts are ${partNames.join(", ")}`,
      );
    }
    const { env } = await setUp({ stack, tests: true });
    const main = join(projectRoot, "tests", "bench", "main.ts");
    return attach([node24, main, choice.chosen.join(",")], { cwd: projectRoot, env });
  },
};

await serve(command);
