import assert from "node:assert/strict";
import { pendingOperations } from "../../../tools/pulumi/interrupted.ts";
import { isStale, startTicks } from "../../../tools/pulumi/locks.ts";
import type { State } from "../../../tools/pulumi/stateFile.ts";

const taken = Date.parse("2026-01-01T12:00:00Z");
const lock = { pid: 4711, hostname: "here", timestamp: "2026-01-01T12:00:00.5Z" };

describe("isStale", () => {
  it("is true when the process is gone", () => {
    assert.equal(isStale(lock, "here", undefined), true);
  });

  it("is false while the process that took it runs", () => {
    assert.equal(isStale(lock, "here", taken - 1000), false);
  });

  it("is true when another process has got the number since", () => {
    assert.equal(isStale(lock, "here", taken + 60_000), true);
  });

  it("is false for another machine's lock, whose processes cannot be seen", () => {
    assert.equal(isStale(lock, "there", undefined), false);
  });
});

describe("startTicks", () => {
  it("reads field 22 behind a name with spaces and parentheses", () => {
    const rest = Array.from({ length: 18 }, (_, index) => index + 4).join(" ");
    assert.equal(startTicks(`1 (a) b (c) S ${rest} 98765 0`), 98765);
  });

  it("knows nothing of an empty text", () => {
    assert.equal(startTicks(""), undefined);
  });
});

describe("pendingOperations", () => {
  const checkpoint = (latest: State["checkpoint"]["latest"]): State => ({
    version: 3,
    checkpoint: { latest },
  });

  it("counts what was not finished", () => {
    assert.equal(pendingOperations(checkpoint({ pending_operations: [{ type: "creating" }, {}] })), 2);
  });

  it("is 0 without any, and without a checkpoint", () => {
    assert.equal(pendingOperations(checkpoint({ resources: [] })), 0);
    assert.equal(pendingOperations(checkpoint(null)), 0);
    assert.equal(pendingOperations(undefined), 0);
  });
});
