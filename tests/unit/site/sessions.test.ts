import assert from "node:assert/strict";
import { Sessions } from "../../../site/app/database/sessions.ts";
import { driverError, FakeClock, FakePool, rows, tableBehaviour } from "./fakes.ts";

const causal = "SET SESSION wsrep_sync_wait = 1";

function open(behaviour = tableBehaviour().behaviour): {
  readonly pool: FakePool;
  readonly clock: FakeClock;
  readonly sessions: Sessions;
} {
  const pool = new FakePool(behaviour);
  const clock = new FakeClock();
  return { pool, clock, sessions: new Sessions(pool, { statements: [causal], clock }) };
}

describe("database sessions", () => {
  it("prepare a connection once, and tell which node answers", async () => {
    const { pool, sessions } = open();
    const nodes = [
      await sessions.lend(100, async (_, node) => node),
      await sessions.lend(100, async (_, node) => node),
    ];
    assert.deepEqual(nodes, ["db-1", "db-1"]);
    assert.deepEqual(
      pool.made.map(({ statements }) => statements),
      [[causal, "SELECT @@hostname AS node"]],
    );
  });

  it("do without a variable that the server does not know", async () => {
    const { sessions } = open((sql) => {
      if (sql === causal) throw driverError({ errno: 1193 });
      return rows({ node: "db-2" });
    });
    assert.equal(await sessions.lend(100, async (_, node) => node), "db-2");
  });

  it("close a connection whose node may no longer do this, and keep it after a deadlock", async () => {
    for (const [errno, destroyed] of [
      [1290, true],
      [1047, true],
      [1213, false],
    ] as const) {
      const { pool, sessions } = open();
      const work = async (): Promise<never> => {
        throw driverError({ errno });
      };
      await assert.rejects(sessions.lend(100, work));
      assert.equal(pool.made[0]?.destroyed, destroyed, `after ${errno}`);
      assert.equal(pool.made[0]?.released, destroyed ? 0 : 1, `after ${errno}`);
    }
  });

  it("replace the idle connections that a failover overtook", async () => {
    const { pool, sessions } = open();
    await sessions.lend(100, async () => undefined);
    const [idle] = pool.made;
    assert.ok(idle);
    idle.destroyed = true;
    const broken = sessions.lend(100, async () => {
      throw driverError({ code: "PROTOCOL_CONNECTION_LOST" });
    });
    await assert.rejects(broken);
    idle.destroyed = false;
    await sessions.lend(100, async () => undefined);
    assert.equal(idle.destroyed, true);
    assert.equal(pool.made.length, 3);
  });

  it("replace a connection that has grown old", async () => {
    const { pool, clock, sessions } = open();
    await sessions.lend(100, async () => undefined);
    clock.time += 10 * 60_000;
    await sessions.lend(100, async () => undefined);
    assert.deepEqual(
      pool.made.map(({ destroyed }) => destroyed),
      [true, false],
    );
  });

  it("give back a connection that came too late", async () => {
    const { pool } = open();
    const { promise, resolve } = Promise.withResolvers<void>();
    const slow = {
      acquire: async () => {
        await promise;
        return pool.acquire();
      },
      close: () => pool.close(),
    };
    const sessions = new Sessions(slow, { statements: [], clock: new FakeClock() });
    await assert.rejects(
      sessions.lend(1, async () => undefined),
      /waiting for a database connection/,
    );
    resolve();
    await new Promise(setImmediate);
    assert.equal(pool.made[0]?.released, 1);
  });
});
