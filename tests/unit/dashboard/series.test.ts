import assert from "node:assert/strict";
import { align, bandsOf, latest, lineLimit, summary } from "../../../dashboard/public/js/series.js";

const grid = { start: 100, end: 130, step: 10 };

describe("lines on one grid", () => {
  it("keep gaps, and leave out what is no number", () => {
    const { times, series } = align(
      [
        { labels: { host: "web-10" }, points: [[100, 1]] },
        {
          labels: { host: "web-2" },
          points: [
            [110, Number.NaN],
            [120, 3],
          ],
        },
      ],
      "{{host}}",
      grid,
    );
    assert.deepEqual(times, [100, 110, 120, 130]);
    assert.deepEqual(series, [
      { name: "web-2", values: [null, null, 3, null] },
      { name: "web-10", values: [1, null, null, null] },
    ]);
  });

  it("are as many as can be told apart: those that are highest now", () => {
    const lines = Array.from({ length: lineLimit + 5 }, (_, index) => ({
      labels: { host: `h${index}` },
      points: [[130, index] as const],
    }));
    const { series } = align(lines, "{{host}}", grid);
    assert.equal(series.length, lineLimit);
    assert.ok(!series.some(({ name }) => name === "h4"));
    assert.ok(series.some(({ name }) => name === "h5"));
  });

  it("end with their last value, unless it is old", () => {
    assert.equal(latest([1, 2, null, null]), 2);
    assert.equal(latest([1, null, null, null]), null);
  });
});

describe("bands of a state", () => {
  it("join equal neighbours and keep gaps", () => {
    assert.deepEqual(bandsOf([0, 5, 10, 15, 20, 25], [1, 1, 0, null, 0, 0], 5), [
      { from: 0, to: 10, value: 1 },
      { from: 10, to: 15, value: 0 },
      { from: 20, to: 30, value: 0 },
    ]);
  });
});

describe("a chart in words", () => {
  const signal = {
    id: "qps",
    title: "Requests",
    unit: "req/s",
    meaning: "",
    group: "web",
    kind: "chart",
    expr: "",
    legend: "",
    thresholds: null,
    states: null,
    runbook: "",
  } as const;

  it("tells now, least and most of every line", () => {
    const series = [
      { name: "web-1", values: [5, null, 9, 7] },
      { name: "web-2", values: [null, null, null, null] },
    ];
    assert.equal(
      summary(signal, series, "15 min"),
      "Requests, last 15 min. web-1: now 7 req/s, between 5 req/s and 9 req/s; web-2: no data.",
    );
  });

  it("says when there is nothing", () => {
    assert.equal(summary(signal, [], "1 h"), "Requests, last 1 h. No data.");
  });
});
