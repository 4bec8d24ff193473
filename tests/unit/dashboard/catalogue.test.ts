import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseCatalogue } from "../../../dashboard/public/js/catalogue.js";

const fixture = join(import.meta.dirname, "..", "..", "fixtures", "dashboard", "signals.json");

function sample(): { signals: Record<string, unknown>[] } & Record<string, unknown> {
  return JSON.parse(readFileSync(fixture, "utf8"));
}

describe("the dashboard's catalogue", () => {
  it("is taken as it is", () => {
    const catalogue = parseCatalogue(sample());
    assert.equal(catalogue.hosts.length, 9);
    assert.deepEqual(catalogue.signals[0]?.thresholds, { warn: 1, critical: 1, direction: "below" });
    assert.deepEqual(catalogue.signals[0]?.states, { "0": "down", "1": "up" });
    assert.equal(catalogue.signals[1]?.states, null);
  });

  for (const [key, value, path] of [
    ["unit", "parsec", /^signals\[2\]\.unit must be one of/],
    ["kind", "pie", /^signals\[2\]\.kind must be one of/],
    ["group", undefined, /^signals\[2\]\.group must be one of/],
    ["expr", 4, /^signals\[2\]\.expr must be a text/],
    ["thresholds", { warn: "1" }, /^signals\[2\]\.thresholds\.warn must be a number/],
  ] as const) {
    it(`is refused with the path of a wrong ${key}`, () => {
      const content = sample();
      content.signals[2] = { ...content.signals[2], [key]: value };
      assert.throws(() => parseCatalogue(content), { message: path });
    });
  }
});
