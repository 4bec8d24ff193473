import assert from "node:assert/strict";
import { isAtLeast } from "../../../tools/versions.ts";

describe("isAtLeast", () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["v3.255.0", "3.255.0", true],
    ["3.255.1\n", "3.255.0", true],
    ["v3.1000.0", "3.255.0", true],
    ["v4.0.0", "3.255.0", true],
    ["v3.99.9", "3.255.0", false],
    ["v2.999.999", "3.255.0", false],
    ["v3.255.0-alpha.1", "3.255.0", true],
    ["", "3.255.0", false],
    ["pulumi: not found", "3.255.0", false],
  ];
  for (const [version, wanted, expected] of cases) {
    it(`${JSON.stringify(version)} for ${wanted}: ${expected}`, () => {
      assert.equal(isAtLeast(version, wanted), expected);
    });
  }
});
