import assert from "node:assert/strict";
import { type Command, helpText, parseCommandLine } from "../../../tools/command.ts";
import { Problem } from "../../../tools/problem.ts";

const command: Command = {
  name: "test",
  summary: "Runs.",
  options: { only: "parts" },
  flags: { yes: "do not ask" },
  main: async () => 0,
};

describe("parseCommandLine", () => {
  it("takes dev when no stack is named", () => {
    assert.deepEqual(parseCommandLine(command, []), {
      stack: "dev",
      values: {},
      flags: new Set(),
    });
  });

  it("reads the stack and the command's own options in both forms", () => {
    const line = parseCommandLine(command, ["--stack", "staging", "--only=unit"]);
    assert.deepEqual(line, {
      stack: "staging",
      values: { stack: "staging", only: "unit" },
      flags: new Set(),
    });
  });

  it("reads a word and what follows a `--`, where the command takes them", () => {
    const shell: Command = {
      ...command,
      argument: { name: "HOST", help: "where" },
      rest: { name: "COMMAND", help: "what" },
    };
    const line = parseCommandLine(shell, ["web-1", "--yes", "--", "ls", "-l", "--stack"]);
    assert(line !== "help");
    assert.deepEqual(
      [line.argument, line.rest, [...line.flags]],
      ["web-1", ["ls", "-l", "--stack"], ["yes"]],
    );
    assert.match(helpText(shell), /-- \[HOST\] \[options\] \[-- COMMAND\]\n(.*\n)+ {2}HOST +where\n/);
    assert.throws(() => parseCommandLine(shell, ["web-1", "web-2"]), /unexpected argument "web-2"/);
    assert.throws(() => parseCommandLine(command, ["--", "ls"]), /unexpected argument "ls"/);
  });

  it("reads flags, which take no value", () => {
    assert.deepEqual(parseCommandLine(command, ["--yes"]), {
      stack: "dev",
      values: {},
      flags: new Set(["yes"]),
    });
    assert.throws(() => parseCommandLine(command, ["--yes=no"]), /--yes takes no value/);
  });

  it("answers help whatever else is there", () => {
    assert.equal(parseCommandLine(command, ["--help"]), "help");
    assert.equal(parseCommandLine(command, ["-h"]), "help");
    assert.match(helpText(command), /--stack NAME.*\n.*--only VALUE.*\n.*--yes {2,}do not ask/);
  });

  it("lists every wrong argument in one message", () => {
    assert.throws(
      () => parseCommandLine(command, ["--stak", "dev", "--stack", "a b", "--only", "--grep"]),
      (error) => {
        assert(error instanceof Problem);
        assert.match(error.message, /unknown option --stak/);
        assert.match(error.message, /unexpected argument "dev"/);
        assert.match(error.message, /--only needs a value/);
        assert.match(error.message, /--stack "a b": letters/);
        return true;
      },
    );
  });
});
