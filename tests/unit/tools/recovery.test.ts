import assert from "node:assert/strict";
import { pendingOperations } from "../../../tools/pulumi/interrupted.ts";
import { isStale } from "../../../tools/pulumi/locks.ts";
import type { State } from "../../../tools/pulumi/stateFile.ts";

const lock = { pid: 4711, hostname: "here", timestamp: "2026-01-01T12:00:00.5Z" };
const project = "/home/me/foobar";

describe("isStale", () => {
  it("is true when the process is gone", () => {
    assert.equal(isStale(lock, "here", undefined, project), true);
  });

  it("is false while a process works on the project, whatever the clock says", () => {
    assert.equal(isStale(lock, "here", [`pulumi\0-C\0${project}\0up`, "/"], project), false);
    assert.equal(isStale(lock, "here", ["pulumi\0up", project], project), false);
  });

  it("is true when another process has got the number since", () => {
    assert.equal(isStale(lock, "here", ["sleep\x0060", "/home/me"], project), true);
  });

  it("is false for another machine's lock, whose processes cannot be seen", () => {
    assert.equal(isStale(lock, "there", undefined, project), false);
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
