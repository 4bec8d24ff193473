/** `npm run status` of a stack that is ill. */
import assert from "node:assert/strict";
import { z } from "zod";
import { runInSandbox } from "../../../provider/enter.ts";
import { until } from "../../../provider/system.ts";
import { sqlInHost, untilDatabaseWhole } from "../../../tools/drills/hosts.ts";
import type { TestStack } from "../support/stack.ts";

const report = z.object({
  problems: z.array(z.string()),
  databaseSynced: z.record(z.string(), z.boolean()),
  hosts: z.array(z.object({ name: z.string(), up: z.boolean(), servicesDown: z.array(z.string()) })),
});

/** Declares the tests. */
export function status(stack: () => TestStack, databases: readonly string[]): void {
  describe("the status", () => {
    const asJson = async () => {
      const { code, stdout } = await stack().command("status", "--json").ended;
      return { code, ...report.parse(JSON.parse(stdout)) };
    };
    const problems = ["host web-3 is down", "web-2: site down", "db-3 is not synced"];
    const ofSandbox = (option: string) =>
      runInSandbox(stack().directory, ["s6-svc", option, "/run/scan/web-3"]);
    const ofService = (option: string) => stack().inHost("web-2", `s6-svc ${option} /run/scan/site`);
    const desync = (state: "ON" | "OFF") =>
      sqlInHost(stack().directory, "db-3", `SET GLOBAL wsrep_desync=${state}`);

    it("names a host that is down, a service that does not run and a node out of step", async () => {
      let told: Awaited<ReturnType<typeof asJson>> = { code: 0, problems: [], databaseSynced: {}, hosts: [] };
      try {
        await Promise.all([ofSandbox("-dk"), ofService("-d"), desync("ON")]);
        await until("the three faults in the status", 30_000, async () => {
          told = await asJson();
          const missing = problems.filter((one) => !told.problems.includes(one));
          return missing.length === 0 ? null : missing.join(", ");
        });
        assert.equal(told.code, 1);
        assert.equal(told.databaseSynced["db-3"], false);
        assert.deepEqual(
          told.hosts.filter(({ up }) => !up).map(({ name }) => name),
          ["web-3"],
        );
        const { code, stdout } = await stack().command("status").ended;
        assert.equal(code, 1);
        for (const problem of problems) assert.ok(stdout.includes(`  - ${problem}\n`), stdout);
        assert.ok(!stdout.includes("\x1b"), "no colour into a pipe");
      } finally {
        await Promise.all([ofSandbox("-u"), ofService("-u"), desync("OFF")]);
      }
      await untilDatabaseWhole(stack().directory, databases);
      await until("a status without them", 60_000, async () => {
        const left = (await asJson()).problems.filter((one) => problems.includes(one));
        return left.length === 0 ? null : left.join(", ");
      });
    });
  });
}
