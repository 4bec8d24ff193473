import { type Command, serve } from "./command.ts";
import { Problem } from "./problem.ts";
import { setUp } from "./setup/setUp.ts";
import { runSuite } from "./testing/runSuite.ts";
import { type Counts, chooseSuites, suites, total } from "./testing/suites.ts";

const command: Command = {
  name: "test",
  summary: "Format, lint, types, then every test; the last line is the sum.",
  options: {
    only: `parts, separated by commas: ${suites.map(({ name }) => name).join(", ")}`,
    grep: "only tests whose name matches this pattern",
  },
  main: async ({ stack, values }) => {
    const choice = chooseSuites(values.only);
    if ("unknown" in choice) {
      const known = suites.map(({ name }) => name).join(", ");
      throw new Problem(`npm run test: --only ${choice.unknown.join(", ")}: the parts are ${known}`);
    }
    const { env } = await setUp({ stack, tests: true });
    const results: Counts[] = [];
    for (const suite of choice.chosen) {
      const started = Date.now();
      process.stdout.write(`\n== ${suite.name}\n`);
      const counts = await runSuite(suite, env, values.grep);
      if (counts === undefined) {
        process.stdout.write("nothing to run\n");
        continue;
      }
      results.push(counts);
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      process.stdout.write(
        `${suite.name}: ${counts.passed} passed, ${counts.failed} failed in ${seconds} s\n`,
      );
    }
    const { passed, failed, pending } = total(results);
    if (pending > 0) process.stdout.write(`\n${pending} did not run: skipped, each for the reason it gave\n`);
    process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
    // Nothing that matched is a mistake; what was skipped for a reason is none.
    return failed === 0 && passed + pending > 0 ? 0 : 1;
  },
};

await serve(command);
