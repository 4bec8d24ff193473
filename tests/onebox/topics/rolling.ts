/** Changes under load: no visitor notices. */
import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask } from "../../../tools/drills/http.ts";
import { lostWrites, startWriting } from "../../../tools/drills/ledger.ts";
import { startReading } from "../../../tools/drills/load.ts";
import { projectRoot } from "../../../tools/paths.ts";
import type { TestStack } from "../support/stack.ts";

/**
 * Runs `up` while visitors read and write; none of them may fail, and nothing acknowledged may be lost.
 * @param pace milliseconds between two requests of a visitor, so that a long `up` stays within the load's bounds
 * @param onLine gets each line that `up` prints
 * @param writerGoes whether the database server that takes the writes leaves: a write may be refused then
 */
export async function upUnderLoad(
  stack: TestStack,
  pace = 0,
  onLine?: (line: string) => void,
  writerGoes = false,
): Promise<void> {
  const reading = startReading(stack.site, { readers: 3, pace });
  const writing = startWriting(stack.site, { writers: 2, pace });
  await Promise.all([reading.more(100), writing.acknowledgedMore(30)]);
  await stack.up(onLine);
  await Promise.all([reading.more(100), writing.acknowledgedMore(30)]);
  const reads = await reading.stop();
  const writes = await writing.stop();
  assert.deepEqual(reads.failed, [], `of ${reads.asked} reads`);
  const failed = writerGoes ? writes.failed.filter((answer) => answer !== "503") : writes.failed;
  assert.deepEqual(failed, [], `of ${writes.acknowledged.size} writes`);
  assert.deepEqual(await lostWrites(stack.site, writes), []);
}

/** Process id of a service. */
async function pidOf(stack: TestStack, host: string, service: string): Promise<string> {
  return (await stack.inHost(host, `s6-svstat -o pid /run/scan/${service}`)).stdout.trim();
}

/** Declares the tests. */
export function rolling(stack: () => TestStack): void {
  describe("a change under load", () => {
    it("of the balancers' and web servers' configuration reloads them and fails no request", async () => {
      const before = await pidOf(stack(), "web-1", "web");
      stack().configure({ limits: { requestsPer10s: 1_000_000, connections: 1000, bodyKiB: 512 } });
      await upUnderLoad(stack());
      assert.equal(await pidOf(stack(), "web-1", "web"), before, "nginx was reloaded, not restarted");
      const { status } = await ask(stack().site, {
        method: "POST",
        path: "/api/entries",
        body: "x".repeat(600 * 1024),
      });
      assert.equal(status, 413);
    });

    it("of the site restarts the applications in turn and fails no request", async () => {
      const folder = mkdtempSync(join(tmpdir(), "foobar-site-"));
      try {
        cpSync(join(projectRoot, "site"), folder, { recursive: true });
        appendFileSync(join(folder, "public/robots.txt"), "# a second edition\n");
        const before = await pidOf(stack(), "web-1", "site");
        stack().configure({ site: { directory: folder } });
        await upUnderLoad(stack());
        assert.notEqual(await pidOf(stack(), "web-1", "site"), before);
        const { body } = await ask(stack().site, { path: "/robots.txt" });
        assert.match(body, /a second edition/);
      } finally {
        stack().configure({ site: { directory: "site" } });
        await stack().up();
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
}
