import assert from "node:assert/strict";
import { attempt, pauseAfter } from "../../../site/app/database/attempts.ts";
import { driverError, FakeClock } from "./fakes.ts";

const patience = { deadlineMs: 1_000, attemptMs: 400, maxAttempts: 60 };
const lost = driverError({ errno: 1047 });

describe("attempts", () => {
  it("tries again after a passing failure", async () => {
    let tries = 0;
    const result = await attempt(
      async () => {
        tries += 1;
        if (tries < 4) throw lost;
        return "stored";
      },
      patience,
      new FakeClock(),
    );
    assert.equal(result, "stored");
    assert.equal(tries, 4);
  });

  it("does not try again what cannot succeed", async () => {
    let tries = 0;
    const refused = driverError({ errno: 1045 });
    const work = async (): Promise<never> => {
      tries += 1;
      throw refused;
    };
    await assert.rejects(attempt(work, patience, new FakeClock()), refused);
    assert.equal(tries, 1);
  });

  it("ends within its deadline, with the last error, and never gives an attempt more than is left", async () => {
    const clock = new FakeClock();
    const budgets: number[] = [];
    const work = async (budgetMs: number): Promise<never> => {
      budgets.push(budgetMs);
      clock.time += Math.min(budgetMs, 300);
      throw lost;
    };
    await assert.rejects(attempt(work, patience, clock), lost);
    assert.ok(clock.time <= patience.deadlineMs, `${clock.time} ms`);
    assert.equal(budgets[0], patience.attemptMs);
    assert.ok((budgets.at(-1) ?? 0) < patience.attemptMs);
  });

  it("ends after its number of attempts", async () => {
    let tries = 0;
    const work = async (): Promise<never> => {
      tries += 1;
      throw lost;
    };
    await assert.rejects(attempt(work, { ...patience, maxAttempts: 3 }, new FakeClock()), lost);
    assert.equal(tries, 3);
  });

  it("pauses longer and longer up to a bound, and not all at the same moment", () => {
    assert.deepEqual(
      [1, 2, 3].map((failed) => pauseAfter(failed, 1)),
      [25, 50, 100],
    );
    assert.equal(pauseAfter(30, 1), 250);
    assert.equal(pauseAfter(30, 0), 125);
  });
});
