/** The drills, by the real command: each keeps its promise, a broken one fails it, Ctrl-C undoes it. */
import assert from "node:assert/strict";
import { runInSandbox } from "../../../provider/enter.ts";
import { sqlInHost, untilDatabaseWhole, writerOf } from "../../../tools/drills/hosts.ts";
import { drills } from "../../../tools/drills/list.ts";
import type { TestStack } from "../support/stack.ts";

/** What a drill says of the writer that it harms. */
const harmedWriter =
  /(?:to mariadb on|the link of|the disk of) (db-\d+)(?: goes down|, the writer, fills|$)/m;

/** Declares the tests. */
export function drillsOf(
  stack: () => TestStack,
  topology: { balancers: readonly string[]; databases: readonly string[] },
): void {
  const { balancers, databases } = topology;
  const [node = ""] = databases;

  /** Entries of drills in the guest book. */
  const entriesLeft = () =>
    sqlInHost(stack().directory, node, "SELECT COUNT(*) FROM foobar.entries WHERE author LIKE 'drill %'");

  describe("drills", () => {
    afterEach(() => untilDatabaseWhole(stack().directory, databases));

    for (const { name, why } of drills) {
      it(`${name}: ${why}`, async () => {
        const { code, stdout, stderr } = await stack().command("drill", name).ended;
        assert.equal(code, 0, `${stdout}${stderr}`);
        assert.match(stdout, /^ {2}writes +\d{3,} acknowledged, failed \d+, lost 0$/m);
        assert.match(stdout, new RegExp(`^${name}: the promise is kept$`, "m"));
        assert.equal(await entriesLeft(), "0");
        const [, harmed] = harmedWriter.exec(stderr) ?? [];
        if (["kill-writer", "partition-writer", "disk-full"].includes(name)) {
          assert.ok(harmed, stderr);
          assert.notEqual(await writerOf(stack().site), harmed, "the writer is another now");
        }
      });
    }

    it("end with exit code 1 when a promise is broken", async () => {
      const drill = stack().command("drill", "slow-web");
      await drill.says(/is held again and again/);
      // Nobody is left who could take a request: one more harm than the drill promises to stand.
      await Promise.all(balancers.map((balancer) => stack().killService(balancer, "balancer")));
      const { code, stdout } = await drill.ended;
      assert.equal(code, 1, stdout);
      assert.match(stdout, /^slow-web: the promise is broken: \d+ requests failed/m);
    });

    it("undo what they did when they are interrupted", async () => {
      const drill = stack().command("drill", "partition-writer");
      const [, writer = ""] = await drill.says(/the link of (\S+) goes down/);
      drill.interrupt();
      const { code, stderr } = await drill.ended;
      assert.equal(code, 1);
      assert.match(stderr, /interrupted/);
      const look = ["nsenter", `--net=/run/netns/${writer}`, "ip", "-oneline", "link", "show", "eth0", "up"];
      assert.match((await runInSandbox(stack().directory, look)).stdout, /eth0/, "its link is up again");
      await untilDatabaseWhole(stack().directory, databases);
      assert.equal(await entriesLeft(), "0");
    });
  });
}
