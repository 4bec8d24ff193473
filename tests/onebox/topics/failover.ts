/** Ending any one process or host keeps the site up, and no acknowledged write is lost: what the drills leave out. */
import assert from "node:assert/strict";
import { tellDatabaseProxy } from "../../../provider/databaseWriter.ts";
import { hostProc, runInSandbox } from "../../../provider/enter.ts";
import { until } from "../../../provider/system.ts";
import { setLink, untilDatabaseWhole, untilOneBalancer, writerOf } from "../../../tools/drills/hosts.ts";
import { ask } from "../../../tools/drills/http.ts";
import { lostWrites, startWriting, type Writes } from "../../../tools/drills/ledger.ts";
import type { TestStack } from "../support/stack.ts";

/** A bounded load of writes around `harm`; afterwards the ledger is recounted. */
async function underWrites(stack: TestStack, harm: () => Promise<void>): Promise<Writes> {
  const writing = startWriting(stack.site);
  await writing.acknowledgedMore(100);
  await harm();
  await writing.acknowledgedMore(100);
  const writes = await writing.stop();
  assert.deepEqual(await lostWrites(stack.site, writes), [], "acknowledged writes that are not there");
  return writes;
}

/** Database nodes that a web host has sessions for writing with. */
async function writersOf(stack: TestStack, web: string): Promise<readonly string[]> {
  const [head = "", ...lines] = (await tellDatabaseProxy(stack.host(web), "show stat writer 4 -1"))
    .trim()
    .split("\n");
  const columns = head.replace(/^# /, "").split(",");
  const rows = lines.map((line) => line.split(","));
  return rows
    .filter((row) => Number(row[columns.indexOf("scur")]) > 0)
    .map((row) => row[columns.indexOf("svname")] ?? "");
}

/** Declares the tests. */
export function failover(
  stack: () => TestStack,
  topology: { balancers: readonly string[]; webs: readonly string[]; databases: readonly string[] },
): void {
  const { balancers, webs, databases } = topology;

  describe("failover", () => {
    afterEach(() => untilDatabaseWhole(stack().directory, databases));

    it("loses no request when a web server's application is killed", async () => {
      const { failed } = await underWrites(stack(), () => stack().killService("web-1", "site"));
      assert.deepEqual(failed, []);
    });

    it("goes on when keepalived on the active balancer is killed", async () => {
      const active = await untilOneBalancer(stack().directory, balancers);
      await underWrites(stack(), () => stack().killService(active, "keepalived"));
    });

    it("goes on when the active balancer's host is cut off", async () => {
      const active = await untilOneBalancer(stack().directory, balancers);
      await underWrites(stack(), async () => {
        await setLink(stack().directory, active, "down");
      });
      await setLink(stack().directory, active, "up");
      await untilOneBalancer(stack().directory, balancers);
    });

    it("goes on when a whole web host ends", async () => {
      await underWrites(stack(), async () => {
        await runInSandbox(stack().directory, ["sh", "-c", 'kill -KILL "$(cat /run/hosts/web-3)"']);
      });
      await until("the host again", 60_000, async () => {
        if (hostProc(stack().host("web-3")) === null) return "it is down";
        const { stdout } = await stack().inHost("web-3", "s6-svstat -o up /run/scan/database-proxy", {
          accept: "any",
        });
        return stdout.trim() === "true" ? null : `its database proxy: ${stdout}`;
      });
    });

    it("has all web hosts write to one node again when one of them turned to another", async () => {
      const [, other = ""] = webs;
      const writing = startWriting(stack().site, { pace: 20 });
      let writes: Writes;
      try {
        await writing.acknowledgedMore(50);
        const former = await writerOf(stack().site);
        await tellDatabaseProxy(stack().host(other), `set server writer/${former} state maint`);
        await until("another writer for all web hosts", 30_000, async () => {
          const writers = await Promise.all(webs.map((web) => writersOf(stack(), web)));
          const named = new Set(writers.flat());
          const one = named.size === 1 && !named.has(former) && writers.every((each) => each.length === 1);
          return one ? null : writers.map((each, index) => `${webs[index]}: ${each}`).join("; ");
        });
        await tellDatabaseProxy(stack().host(other), `set server writer/${former} state ready`);
      } finally {
        writes = await writing.stop();
      }
      assert.deepEqual(await lostWrites(stack().site, writes), []);
    });

    it("answers a write that no database server takes with one 503, within the contract's 8 s", async () => {
      const mariadb = (script: string) =>
        Promise.all(databases.map((name) => stack().inHost(name, script, { accept: "any" })));
      // Killed, since those that were stopped in good order wait for one to be told to begin.
      await mariadb("s6-svc -wD -T 60000 -Ok /run/scan/mariadb");
      try {
        const begun = Date.now();
        const { status } = await ask(stack().site, {
          method: "POST",
          path: "/api/entries",
          body: JSON.stringify({ author: "a test", text: "nobody takes it" }),
        });
        assert.equal(status, 503);
        assert.ok(Date.now() - begun <= 8000, `${Date.now() - begun} ms`);
      } finally {
        await mariadb("s6-svc -u /run/scan/mariadb");
      }
    });

    it("brings a killed process back by itself with another id", async () => {
      const pid = async () =>
        (await stack().inHost("lb-1", "s6-svstat -o pid /run/scan/keepalived")).stdout.trim();
      const before = await pid();
      await stack().killService("lb-1", "keepalived");
      await until("another process", 20_000, async () => {
        const now = await pid();
        return now !== before && Number(now) > 1 ? null : "none yet";
      });
    });
  });
}
