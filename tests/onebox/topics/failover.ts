/** Killing any one process or host keeps the site up, and no acknowledged write is lost. */
import assert from "node:assert/strict";
import { z } from "zod";
import { runInSandbox } from "../../../provider/enter.ts";
import { until } from "../../../provider/system.ts";
import { ask } from "../support/http.ts";
import { lostWrites, startWriting, type Writes } from "../support/ledger.ts";
import { startReading } from "../support/load.ts";
import type { TestStack } from "../support/stack.ts";

const writerOf = z.object({ database: z.string() }).loose();

/** The database node that takes writes now. */
export async function currentWriter(stack: TestStack): Promise<string> {
  const { status, body } = await ask(stack.site, {
    method: "POST",
    path: "/api/entries",
    body: JSON.stringify({ author: "a test", text: "who is the writer" }),
  });
  assert.ok(status === 201, `${status} ${body}`);
  return writerOf.parse(JSON.parse(body)).database;
}

/** The balancer that holds the virtual address now. */
export async function activeBalancer(stack: TestStack, balancers: readonly string[]): Promise<string> {
  const holds = await Promise.all(
    balancers.map(async (name) => {
      const { stdout } = await stack.inHost(name, "ip -o -4 address show dev eth0");
      return stdout.trim().split("\n").length > 1;
    }),
  );
  const active = balancers.filter((_, index) => holds[index]);
  assert.equal(active.length, 1, `balancers with the virtual address: ${active.join(", ") || "none"}`);
  return active[0] ?? "";
}

/** Every database node synced and in one primary component of full size. */
export async function untilDatabaseWhole(stack: TestStack, nodes: readonly string[]): Promise<void> {
  const query =
    "SELECT GROUP_CONCAT(VARIABLE_VALUE ORDER BY VARIABLE_NAME) FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME IN ('WSREP_CLUSTER_SIZE','WSREP_CLUSTER_STATUS','WSREP_LOCAL_STATE_COMMENT')";
  await until("the whole database cluster", 90_000, async () => {
    for (const node of nodes) {
      const { stdout } = await stack.inHost(
        node,
        `mariadb --no-defaults --socket=/run/host/run/mariadb/mariadb.sock --user=root -BN -e "${query}"`,
        { accept: "any" },
      );
      if (stdout.trim() !== `${nodes.length},Primary,Synced`)
        return `${node}: ${stdout.trim() || "does not answer"}`;
    }
    return null;
  });
}

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

/** Cuts a host off: its link goes down, its processes go on. */
const cutOff = (stack: TestStack, name: string, state: "up" | "down") =>
  runInSandbox(stack.directory, ["ip", "-n", name, "link", "set", "eth0", state]);

/** Declares the tests. */
export function failover(
  stack: () => TestStack,
  topology: { balancers: readonly string[]; webs: readonly string[]; databases: readonly string[] },
): void {
  const { balancers, databases } = topology;

  describe("failover", () => {
    afterEach(() => untilDatabaseWhole(stack(), databases));

    it("loses no request when a web server is killed", async () => {
      const reading = startReading(stack());
      await reading.more(200);
      await stack().killService("web-2", "web");
      await reading.more(400);
      const { failed } = await reading.stop();
      assert.deepEqual(failed, []);
    });

    it("loses no request when a web server's application is killed", async () => {
      const { failed } = await underWrites(stack(), () => stack().killService("web-1", "site"));
      assert.deepEqual(failed, []);
    });

    it("goes on when the active balancer is killed", async () => {
      const active = await activeBalancer(stack(), balancers);
      await underWrites(stack(), () => stack().killService(active, "balancer"));
    });

    it("goes on when keepalived on the active balancer is killed", async () => {
      const active = await activeBalancer(stack(), balancers);
      await underWrites(stack(), () => stack().killService(active, "keepalived"));
    });

    it("goes on when the active balancer's host is cut off", async () => {
      const active = await activeBalancer(stack(), balancers);
      await underWrites(stack(), async () => {
        await cutOff(stack(), active, "down");
      });
      await cutOff(stack(), active, "up");
      await until("one balancer with the virtual address", 20_000, async () => {
        try {
          await activeBalancer(stack(), balancers);
          return null;
        } catch (error) {
          return error instanceof Error ? error.message : String(error);
        }
      });
    });

    it("goes on when a whole web host ends", async () => {
      await underWrites(stack(), async () => {
        await runInSandbox(stack().directory, ["sh", "-c", 'kill -KILL "$(cat /run/hosts/web-3)"']);
      });
    });

    it("loses no acknowledged write when the database's writer is killed", async () => {
      const writer = await currentWriter(stack());
      await underWrites(stack(), () => stack().killService(writer, "mariadb"));
      assert.notEqual(await currentWriter(stack()), writer, "the writer is another now");
    });

    it("loses no acknowledged write when the database's writer is cut off", async () => {
      const writer = await currentWriter(stack());
      await underWrites(stack(), async () => {
        await cutOff(stack(), writer, "down");
      });
      await cutOff(stack(), writer, "up");
    });

    it("writes again when all database nodes are killed at once", async () => {
      await underWrites(stack(), async () => {
        await Promise.all(databases.map((node) => stack().killService(node, "mariadb")));
      });
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
