import assert from "node:assert/strict";
import fc from "fast-check";
import { inTurn } from "../../../provider/turns.ts";

let groups = 0;
/** A group of its own for each example: queues last as long as the process. */
const newGroup = () => {
  groups += 1;
  return `group-${groups}`;
};

describe("turns", () => {
  it("are taken one at a time, in the order of asking, however long each takes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 8 }), async (ticks) => {
        const group = newGroup();
        const log: string[] = [];
        await Promise.all(
          ticks.map((count, index) =>
            inTurn(group, `web-${index}`, async () => {
              log.push(`+${index}`);
              for (let tick = 0; tick < count; tick += 1) await new Promise(setImmediate);
              log.push(`-${index}`);
            }),
          ),
        );
        assert.deepEqual(
          log,
          ticks.flatMap((_, index) => [`+${index}`, `-${index}`]),
        );
      }),
      { numRuns: 30 },
    );
  });

  it("stop at the first that fails: the ones after it are left as they were", async () => {
    const group = newGroup();
    const done: string[] = [];
    const turn = (name: string, fails = false) =>
      inTurn(group, name, async () => {
        done.push(name);
        if (fails) throw new Error(`${name} does not answer`);
      });
    const results = await Promise.allSettled([
      turn("web-1"),
      turn("web-2", true),
      turn("web-3"),
      turn("web-4"),
    ]);
    const messages = results.map((result) => (result.status === "rejected" ? String(result.reason) : null));
    assert.deepEqual(done, ["web-1", "web-2"]);
    assert.deepEqual(messages.slice(0, 2), [null, "Error: web-2 does not answer"]);
    for (const [index, name] of [
      [2, "web-3"],
      [3, "web-4"],
    ] as const)
      assert.match(messages[index] ?? "", new RegExp(`${name} was left as it was: web-2 did not come back`));
    await assert.rejects(turn("web-5"), /web-5 was left as it was/);
  });

  it("of two groups do not wait for each other", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const blocked = inTurn(newGroup(), "web-1", () => promise);
    await inTurn(newGroup(), "db-1", async () => undefined);
    resolve();
    await blocked;
  });
});
