import assert from "node:assert/strict";
import { type Condition, readiness, recentMs } from "../../../site/app/health.ts";
import { Probe } from "../../../site/app/probe.ts";
import { driverError, FakeClock } from "./fakes.ts";

const calm: Condition = { hasDatabase: true, stopping: false, lastSuccess: 1_000, lastFailure: null };

const cases: readonly [string, Partial<Condition>, 200 | 503, string][] = [
  ["a recent read", {}, 200, "ready"],
  ["a failure shortly after a read", { lastFailure: "lost" }, 200, "ready"],
  ["no word of the database yet", { lastSuccess: null }, 503, "starting"],
  ["a database that is away from the start", { lastSuccess: null, lastFailure: "lost" }, 200, "degraded"],
  ["credentials that never worked", { lastSuccess: null, lastFailure: "refused" }, 503, "misconfigured"],
  ["no database", { hasDatabase: false, lastSuccess: null }, 200, "ready"],
  ["stopping", { stopping: true }, 503, "stopping"],
];

describe("readiness", () => {
  for (const [name, change, code, status] of cases) {
    it(`with ${name} is ${code} ${status}`, () => {
      const answer = readiness({ ...calm, ...change }, 1_500);
      assert.deepEqual([answer.code, answer.status], [code, status]);
    });
  }

  it("goes on at 200 when the database has been away for long, whatever the reason", () => {
    for (const lastFailure of ["lost", "refused", "other", null] as const) {
      const answer = readiness({ ...calm, lastFailure }, 1_001 + recentMs);
      assert.deepEqual([answer.code, answer.status], [200, "degraded"]);
    }
  });
});

describe("the probe", () => {
  it("looks until it is stopped, more often while the database is away", async () => {
    const clock = new FakeClock();
    const probe = new Probe(clock);
    let looks = 0;
    await probe.watch(async () => {
      looks += 1;
      if (looks === 3) probe.stop();
      if (looks === 1) throw driverError({ code: "ECONNREFUSED" });
    });
    assert.deepEqual(clock.sleeps, [200, 1_000, 1_000]);
    assert.equal(probe.lastFailure, null);
    assert.equal(probe.lastSuccess, 1_200);
  });
});
