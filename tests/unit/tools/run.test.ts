import assert from "node:assert/strict";
import { Problem } from "../../../tools/problem.ts";
import { run, runOrFail } from "../../../tools/run.ts";

describe("run", () => {
  it("collects output and exit code, and no shell sees the arguments", async () => {
    const result = await run(["sh", "-c", 'printf "%s" "$1"; echo e >&2; exit 3', "sh", "$HOME *"]);
    assert.deepEqual(result, { code: 3, stdout: "$HOME *", stderr: "e\n" });
  });

  it("gives input", async () => {
    assert.equal((await run(["cat"], { input: "text" })).stdout, "text");
  });

  it("answers 127 for a program that is not there and 128 + n after a signal", async () => {
    assert.equal((await run(["/nowhere/program"])).code, 127);
    assert.equal((await run(["sh", "-c", "kill -9 $$"])).code, 137);
  });

  it("ends a command that takes too long", async () => {
    assert.equal((await run(["sleep", "60"], { timeoutMs: 50 })).code, 143);
  });

  it("tells each line as it comes", async () => {
    const lines: string[] = [];
    await run(["printf", "a\nb\n"], { onLine: (line) => lines.push(line) });
    assert.deepEqual(lines, ["a", "b"]);
  });
});

describe("runOrFail", () => {
  it("says what failed with the end of its output", async () => {
    await assert.rejects(runOrFail("the thing", ["sh", "-c", "echo why >&2; exit 2"]), (error) => {
      assert(error instanceof Problem);
      assert.match(error.message, /^the thing: `sh .*` ended with code 2:\n {4}why$/);
      return true;
    });
  });
});
