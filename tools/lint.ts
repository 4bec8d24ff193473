import { type Command, serve } from "./command.ts";
import { runSuite } from "./testing/runSuite.ts";
import { suites, total } from "./testing/suites.ts";

const command: Command = {
  name: "lint",
  summary: "Checks format, lint rules and types; changes nothing.",
  stack: null,
  main: async () => {
    const results = [];
    for (const suite of suites.filter(({ check }) => check !== undefined)) {
      const counts = await runSuite(suite, process.env, undefined);
      if (counts !== undefined) results.push(counts);
    }
    return total(results).failed === 0 ? 0 : 1;
  },
};

await serve(command);
