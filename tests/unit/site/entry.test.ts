import assert from "node:assert/strict";
import { checkEntry, wholeNumber } from "../../../site/app/entries/entry.ts";

const token = "0b6c1f0e-7a3e-4d55-9f0a-3a2b8d1c4e5f";

describe("a new entry", () => {
  it("is tidied: white space, control and direction characters, line ends", () => {
    const checked = checkEntry({
      author: "  Ada \n L\u202e.\u0000 ",
      text: "one\r\ntwo  \n\n\n\nthree\u0007",
      token,
    });
    assert.deepEqual(checked, { entry: { author: "Ada L.", text: "one\ntwo\n\nthree", token } });
  });

  it("may have its length in characters, not in UTF-16 units", () => {
    assert.ok("entry" in checkEntry({ author: "😀".repeat(60), text: "😀".repeat(500) }));
    assert.ok("problem" in checkEntry({ author: "😀".repeat(61), text: "x" }));
  });

  it("is refused with everything that is wrong, in one message", () => {
    assert.deepEqual(checkEntry({ author: " ", text: "x".repeat(501), token: "1" }), {
      problem:
        "author must have 1 to 60 characters; text must have 1 to 500 characters; token must be a UUID",
    });
  });

  it("is refused when the body is of another shape", () => {
    for (const body of [null, "text", [], 4, { author: 1, text: {} }]) {
      assert.ok("problem" in checkEntry(body), JSON.stringify(body));
    }
  });

  it("needs no token", () => {
    assert.deepEqual(checkEntry({ author: "Ada", text: "x", token: "" }), {
      entry: { author: "Ada", text: "x", token: null },
    });
  });
});

describe("a number of a query string", () => {
  const bounds = { least: 1, most: 100, normal: 20 };
  for (const [given, expected] of [
    [null, 20],
    ["1", 1],
    ["100", 100],
    ["0", null],
    ["101", null],
    ["-1", null],
    ["1e2", null],
    ["", null],
    ["1; DROP", null],
  ] as const) {
    it(`${JSON.stringify(given)} is ${expected}`, () => assert.equal(wholeNumber(given, bounds), expected));
  }
});
