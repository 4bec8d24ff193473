import assert from "node:assert/strict";
import { costsOf } from "../../bench/cost.ts";

describe("what a request costs", () => {
  it("leaves out what is spent without visitors, and tells the dearest first", () => {
    const busy = new Map([
      ["web", 0.5],
      ["balancer", 0.75],
      ["node-exporter", 0.25],
    ]);
    const idle = new Map([
      ["web", 0.125],
      ["node-exporter", 0.125],
    ]);
    assert.deepEqual(costsOf(busy, idle, { requests: 10_000, idleShare: 2 }), [
      ["balancer", 75],
      ["web", 25],
    ]);
  });
});
