import assert from "node:assert/strict";
import { chooseSuites, mochaCommand, suites, total } from "../../../tools/testing/suites.ts";

describe("chooseSuites", () => {
  it("takes all in their order without --only", () => {
    assert.deepEqual(chooseSuites(undefined), {
      chosen: suites.filter(({ name }) => name !== "aws" && name !== "audit"),
    });
  });

  it("keeps their order whatever the order of the names", () => {
    const choice = chooseSuites("unit, lint");
    assert("chosen" in choice);
    assert.deepEqual(
      choice.chosen.map(({ name }) => name),
      ["lint", "unit"],
    );
  });

  it("tells which names are none", () => {
    assert.deepEqual(chooseSuites("unit,e2e,x"), { unknown: ["e2e", "x"] });
  });
});

describe("total", () => {
  it("adds up", () => {
    const sum = total([
      { passed: 3, failed: 0, pending: 1 },
      { passed: 4, failed: 2, pending: 0 },
    ]);
    assert.deepEqual(sum, { passed: 7, failed: 2, pending: 1 });
  });
});

describe("mochaCommand", () => {
  it("takes the folder's tests and hands --grep on", () => {
    const argv = mochaCommand("tests/unit", "/tmp/c.json", "a b");
    assert.equal(argv.at(-1), "tests/unit/**/*.test.ts");
    assert(argv.join("\n").includes("--grep\na b"));
    assert(argv.includes("countsFile=/tmp/c.json"));
  });
});
