import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CommandError,
  nameOf,
  parentOf,
  run,
  Stillness,
  startTime,
  tell,
  until,
} from "../../../provider/system.ts";

/** The message of a command's failure. */
async function failureOf(command: Promise<unknown>): Promise<string> {
  const failure: unknown = await command.then(
    () => null,
    (error: unknown) => error,
  );
  assert.ok(failure instanceof CommandError, "it did not fail as a command");
  return failure.message;
}

describe("a command", () => {
  it("gets its input and gives its output", async () => {
    assert.deepEqual(await run(["sh", "-c", "cat; echo e >&2"], { input: "in" }), {
      code: 0,
      stdout: "in",
      stderr: "e\n",
    });
  });

  it("that fails is told with what it said, never with its input", async () => {
    const text = await failureOf(
      run(["sh", "-c", "cat >/dev/null; echo why; exit 3"], { input: "swordfish" }),
    );
    assert.match(text, /^sh -c .*: exit code 3\nwhy$/s);
    assert.doesNotMatch(text, /swordfish/);
  });

  it("may fail where that is an answer", async () => {
    assert.equal((await run(["sh", "-c", "exit 3"], { accept: [0, 3] })).code, 3);
    assert.equal((await run(["sh", "-c", "exit 4"], { accept: "any" })).code, 4);
    await failureOf(run(["sh", "-c", "exit 4"], { accept: [0, 3] }));
  });

  it("that is not there is named", async () => {
    assert.match(await failureOf(run(["/nowhere/program"])), /^\/nowhere\/program cannot be run/);
  });

  it("that takes too long is ended with all its children", async () => {
    const limited = run(["sh", "-c", "sleep 300 & echo $!; wait"], { timeout: 100 });
    const text = await failureOf(limited);
    assert.match(text, /not done within 100 ms/);
    const child = Number(text.split("\n").at(-1));
    assert.ok(child > 1, text);
    await until("the end of the child", 5000, () => (startTime(child) === null ? null : "it runs"));
  });

  it("ended by another is told so", async () => {
    assert.match(await failureOf(run(["sh", "-c", "kill -KILL $$"])), /: ended by SIGKILL\n/);
  });
});

describe("a process", () => {
  it("is known by its start time, name and parent", () => {
    assert.match(startTime(process.pid) ?? "", /^\d+$/);
    assert.equal(parentOf(process.pid), process.ppid);
    assert.notEqual(nameOf(process.pid), "");
  });

  it("that does not exist is none", () => {
    assert.deepEqual([startTime(0), parentOf(0), nameOf(0)], [null, 0, ""]);
    assert.equal(startTime(2 ** 22 + 1), null);
  });
});

describe("telling", () => {
  const folder = mkdtempSync(join(tmpdir(), "foobar-pipe-"));
  const pipe = join(folder, "control");
  after(() => rmSync(folder, { recursive: true }));

  it("reaches who listens, and knows when nobody does", async () => {
    assert.equal(tell(pipe, "a"), false);
    await run(["mkfifo", pipe]);
    assert.equal(tell(pipe, "a"), false);
    const listener = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      assert.equal(tell(pipe, "an"), true);
      const heard = Buffer.alloc(8);
      assert.equal(heard.toString("utf8", 0, readSync(listener, heard)), "an");
    } finally {
      closeSync(listener);
    }
  });
});

describe("stillness", () => {
  it("is told when nothing has moved for long, and never while something moves", async () => {
    const moving = new Stillness(20, () => randomUUID());
    const lying = new Stillness(20, () => "the same");
    assert.equal(lying.look(), false);
    await until("stillness", 5000, () => {
      assert.equal(moving.look(), false);
      return lying.look() ? null : "it moves";
    });
  });
});

describe("waiting", () => {
  it("ends when the condition holds", async () => {
    let looks = 0;
    await until("it", 5000, () => {
      looks += 1;
      return looks === 3 ? null : "not yet";
    });
    assert.equal(looks, 3);
  });

  it("ends in time with what is missing, after a last look", async () => {
    await assert.rejects(
      until("the port", 20, () => "nothing listens"),
      /^Error: the port was not reached within 0.02 s: nothing listens$/,
    );
  });

  it("passes on what breaks the look", async () => {
    await assert.rejects(
      until("it", 5000, () => {
        throw new Error("broken");
      }),
      /^Error: broken$/,
    );
  });
});
