import assert from "node:assert/strict";
import { findingsOf, severityOf, worst } from "../../../dashboard/public/js/severity.js";

const above = { warn: 0.8, critical: 0.9, direction: "above" } as const;
const below = { warn: 3, critical: 2, direction: "below" } as const;

describe("severity", () => {
  for (const [value, thresholds, severity] of [
    [0.8, above, "ok"],
    [0.81, above, "warn"],
    [0.91, above, "critical"],
    [3, below, "ok"],
    [2, below, "warn"],
    [1, below, "critical"],
    [99, null, "ok"],
    [Number.NaN, below, "ok"],
  ] as const) {
    it(`of ${value} with ${thresholds?.direction ?? "no"} bounds is ${severity}`, () => {
      assert.equal(severityOf(value, thresholds), severity);
    });
  }

  it("of several is the worst", () => {
    assert.equal(worst(["ok", "critical", "warn"]), "critical");
    assert.equal(worst([]), "ok");
  });

  it("lists what is beyond its bounds, the worst first, and nothing else", () => {
    const signal = {
      id: "disk",
      title: "Disk",
      unit: "ratio",
      meaning: "",
      group: "hosts",
      kind: "stat",
      expr: "",
      legend: "",
      thresholds: above,
      states: null,
      runbook: "",
    } as const;
    const samples = [0.85, 0.2, 0.95].map((value) => ({ labels: {}, value }));
    assert.deepEqual(
      findingsOf([[signal, samples]]).map(({ sample, severity }) => [sample.value, severity]),
      [
        [0.95, "critical"],
        [0.85, "warn"],
      ],
    );
  });
});
