import assert from "node:assert/strict";
import { formatLegend, formatSignal, formatValue } from "../../../dashboard/public/js/format.js";

const cases = [
  [0, "req/s", "0 req/s"],
  [12.34, "req/s", "12.3 req/s"],
  [34_120, "req/s", "34.1 k req/s"],
  [0.0000042, "s", "4.2 µs"],
  [0.0123, "s", "12.3 ms"],
  [1.5, "s", "1.5 s"],
  [600, "s", "10 min"],
  [0.0005, "ratio", "0.05 %"],
  [0.00002, "ratio", "0.002 %"],
  [1, "ratio", "100 %"],
  [73_400_320, "bytes", "70 MiB"],
  [89.2, "days", "89.2 d"],
  [1, "bool", "yes"],
  [0, "bool", "no"],
  [1_250, "conn", "1.25 k"],
  [Number.NaN, "s", "–"],
  [null, "count", "–"],
  [Number.POSITIVE_INFINITY, "s", "∞"],
] as const;

describe("values as people read them", () => {
  for (const [value, unit, text] of cases) {
    it(`${value} of unit ${unit} is ${text}`, () => assert.equal(formatValue(value, unit), text));
  }

  it("take the word of a state where there is one", () => {
    const signal = { unit: "count", states: { "4": "synced" } } as const;
    assert.deepEqual(
      [formatSignal(4, signal), formatSignal(2, signal), formatSignal(null, signal)],
      ["synced", "2", "–"],
    );
  });

  it("name a series by its labels", () => {
    const labels = { __name__: "up", host: "web-1", zone: "a" };
    assert.equal(formatLegend("{{host}} ({{ zone }})", labels), "web-1 (a)");
    assert.equal(formatLegend("{{absent}}", labels), "host=web-1 zone=a");
  });
});
