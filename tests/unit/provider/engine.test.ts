import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startTime, until } from "../../../provider/system.ts";

describe("a plugin whose engine is killed", () => {
  it("ends by itself", async () => {
    const path = join(import.meta.dirname, "../../../provider/pulumi-resource-onebox");
    // The shell stands for the engine: it tells the plugin's process id, then waits for it.
    const engine = spawn("sh", ["-c", '"$0" 127.0.0.1:1 & echo $!; wait', path], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const lines = createInterface({ input: engine.stdout })[Symbol.asyncIterator]();
    const pid = Number((await lines.next()).value);
    // Its port: it serves.
    assert.match(String((await lines.next()).value), /^\d+$/);
    assert.notEqual(startTime(pid), null);
    engine.kill("SIGKILL");
    await until("the plugin's end", 30_000, () => (startTime(pid) === null ? null : "it still runs"));
  });
});
