import assert from "node:assert/strict";
import fc from "fast-check";
import { type PasswordRules, passwordFindings, randomText } from "../../../tools/airgap/password.ts";

const rules: fc.Arbitrary<PasswordRules> = fc.record({
  length: fc.integer({ min: 1, max: 80 }),
  lower: fc.boolean(),
  upper: fc.boolean(),
  numeric: fc.boolean(),
  special: fc.boolean(),
  minLower: fc.integer({ min: 0, max: 8 }),
  minUpper: fc.integer({ min: 0, max: 8 }),
  minNumeric: fc.integer({ min: 0, max: 8 }),
  minSpecial: fc.integer({ min: 0, max: 8 }),
  overrideSpecial: fc.constantFrom(undefined, "_-", "!"),
});

function count(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length;
}

describe("randomText", () => {
  it("keeps every rule, for all rules without findings", () => {
    fc.assert(
      fc.property(rules, (each) => {
        fc.pre(passwordFindings(each).length === 0);
        const text = randomText(each);
        const classes = [
          { found: count(text, /[a-z]/g), allowed: each.lower, minimum: each.minLower },
          { found: count(text, /[A-Z]/g), allowed: each.upper, minimum: each.minUpper },
          { found: count(text, /[0-9]/g), allowed: each.numeric, minimum: each.minNumeric },
          { found: count(text, /[^a-zA-Z0-9]/g), allowed: each.special, minimum: each.minSpecial },
        ];
        assert.equal(text.length, each.length);
        for (const { found, allowed, minimum } of classes) {
          assert(found >= minimum);
          if (!allowed) assert.equal(found, minimum);
        }
        if (each.overrideSpecial !== undefined) {
          const others = text.replace(/[a-zA-Z0-9]/g, "");
          assert([...others].every((character) => each.overrideSpecial?.includes(character)));
        }
      }),
    );
  });

  it("gives another text each time and mixes the required characters in", () => {
    const each: PasswordRules = {
      length: 30,
      lower: true,
      upper: false,
      numeric: false,
      special: false,
      minLower: 0,
      minUpper: 5,
      minNumeric: 0,
      minSpecial: 0,
    };
    const texts = Array.from({ length: 50 }, () => randomText(each));
    assert.equal(new Set(texts).size, 50);
    // All 50 texts with the five capitals in front has a chance below 1e-250.
    assert(texts.some((text) => !/^[A-Z]{5}/.test(text)));
  });
});

describe("passwordFindings", () => {
  const none: PasswordRules = {
    length: 4,
    lower: false,
    upper: false,
    numeric: false,
    special: false,
    minLower: 0,
    minUpper: 0,
    minNumeric: 0,
    minSpecial: 0,
  };

  it("refuses minimums beyond the length, and no characters at all", () => {
    assert.deepEqual(
      passwordFindings({ ...none, lower: true, minLower: 3, minSpecial: 2 }).map(({ property }) => property),
      ["length"],
    );
    assert.deepEqual(
      passwordFindings(none).map(({ property }) => property),
      ["lower"],
    );
  });

  it("accepts no class allowed where the minimums fill the length", () => {
    assert.deepEqual(passwordFindings({ ...none, minNumeric: 4 }), []);
  });
});
