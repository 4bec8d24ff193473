import assert from "node:assert/strict";
import { hostOf, samplesOf } from "../../../dashboard/public/js/hosts.js";
import { boundsOf, ranges, withWindow } from "../../../dashboard/public/js/range.js";

const hosts = [
  { name: "web-1", tier: "web", zone: "a" },
  { name: "db-1", tier: "database", zone: "a" },
];

describe("the host of a series", () => {
  for (const [labels, name] of [
    [{ instance: "web-1:9100" }, "web-1"],
    [{ host: "db-1", instance: "web-1:9100" }, "db-1"],
    [{ server: "web-1", instance: "lb-9:8404" }, "web-1"],
    [{ instance: "web-11:9100" }, undefined],
    [{}, undefined],
  ] as const) {
    it(`${JSON.stringify(labels)} is ${name ?? "none"}`, () =>
      assert.equal(hostOf(labels, hosts)?.name, name));
  }

  it("has all its series", () => {
    const [web] = hosts;
    assert.ok(web);
    const samples = ["/", "/data"].map((mount, value) => ({ labels: { host: "web-1", mount }, value }));
    assert.deepEqual(samplesOf([...samples, { labels: { host: "db-1" }, value: 3 }], web, hosts), samples);
  });
});

describe("ranges of time", () => {
  it("begin and end on a multiple of their step, so that a refresh asks for the same moments", () => {
    for (const range of ranges) {
      const { start, end } = boundsOf(range, 1_700_000_123.4);
      assert.equal(end % range.step, 0, range.id);
      assert.equal(end - start, range.seconds, range.id);
    }
  });

  it("give a window that covers every scrape", () => {
    const [short, , , long] = ranges;
    assert.ok(short && long);
    assert.equal(withWindow("rate(a[$window]) / rate(b[$window])", short), "rate(a[60s]) / rate(b[60s])");
    assert.equal(withWindow("rate(a[$window])", long), "rate(a[1200s])");
  });
});
