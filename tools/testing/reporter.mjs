import { writeFileSync } from "node:fs";
import mocha from "mocha";

/** Mocha's own spec reporter, which also writes the counts to the file of the option `countsFile`. */
export default class CountingReporter extends mocha.reporters.Spec {
  /**
   * @param {import("mocha").Runner} runner
   * @param {import("mocha").MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      const counts = { passed: passes, failed: failures, pending };
      writeFileSync(options.reporterOptions.countsFile, JSON.stringify(counts));
    });
  }
}
