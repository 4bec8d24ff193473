import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { until } from "../../../provider/system.ts";
import { pendingOperations } from "../../../tools/pulumi/interrupted.ts";
import { isStale, placesOf } from "../../../tools/pulumi/locks.ts";
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

describe("placesOf", () => {
  it("tells command line and working directory of a process", async () => {
    const [command = "", folder] = (await placesOf(process.pid)) ?? [];
    assert.ok(command.includes(process.argv[1] ?? "?"), command);
    assert.equal(folder, process.cwd());
  });

  it("finds none where a process has ended and nobody has asked for it", async () => {
    // The shell becomes a program that never asks for its child.
    const parent = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      const [line]: unknown[] = await once(parent.stdout, "data");
      const child = Number(String(line));
      const state = () => readFileSync(`/proc/${child}/stat`, "utf8").split(" ")[2];
      await until("the child's end", 5000, () => (state() === "Z" ? null : "it runs"));
      assert.equal(await placesOf(child), undefined);
    } finally {
      parent.kill();
      await once(parent, "exit");
    }
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
