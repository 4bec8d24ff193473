import assert from "node:assert/strict";
import fc from "fast-check";
import { nearest } from "../../../config/nearest.ts";

describe("nearest", () => {
  const names = ["mode", "minimumVersion", "validDays", "renewBeforeDays"];
  const cases: readonly (readonly [string, string | null])[] = [
    ["mod", "mode"],
    ["mdoe", null],
    ["minimum_version", "minimumVersion"],
    ["MINIMUMVERSION", "minimumVersion"],
    ["validDay", "validDays"],
    ["daysValid", null],
    ["", null],
  ];
  for (const [word, expected] of cases) {
    it(`${JSON.stringify(word)} means ${expected ?? "none"}`, () =>
      assert.equal(nearest(word, names), expected));
  }

  it("finds a name after any one letter of it is lost", () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(13), (name, at) => {
        fc.pre(at < name.length);
        assert.equal(nearest(name.slice(0, at) + name.slice(at + 1), names), name);
      }),
    );
  });

  it("knows nothing without candidates", () => assert.equal(nearest("mode", []), null));
});
