import assert from "node:assert/strict";
import { columns, isMet, median, sectionLines, verdictLine } from "../../bench/figures.ts";
import { chooseParts, partNames } from "../../bench/parts.ts";

const gap = (value: number) => ({
  name: "gap",
  value,
  unit: "s",
  target: { is: "below", value: 0.5 } as const,
});
const rate = { name: "rate", value: 0.9, unit: "", target: { is: "at least", value: 0.9 } as const };
const size = { name: "memory of all", value: 812.4, unit: "MB", digits: 0 };

describe("the bench's figures", () => {
  it("stand beside their targets and whether they are met", () => {
    assert.deepEqual(
      sectionLines({ title: "Title", figures: [gap(0.75), rate, size], notes: ["", "note"] }),
      [
        "Title",
        "                 measured            target",
        "  gap                0.75   s     below 0.5  NOT MET",
        "  rate               0.90      at least 0.9      met",
        "  memory of all       812  MB",
        "",
        "  note",
      ],
    );
  });

  it("meet a target at its edge only where it says so", () => {
    assert.equal(isMet(gap(0.5)), false);
    assert.equal(isMet(rate), true);
    assert.equal(isMet({ value: 2, target: { is: "at most", value: 2 } }), true);
    assert.equal(isMet(size), null);
  });

  it("meet no target when nothing was measured", () => {
    assert.equal(isMet(gap(Number.NaN)), false);
    assert.match(sectionLines({ title: "", figures: [gap(Number.NaN)] }).join("\n"), /gap +none/);
  });

  it("are counted", () => {
    const sections = [
      { title: "", figures: [gap(0.1), size] },
      { title: "", figures: [gap(0.9), rate] },
    ];
    assert.equal(verdictLine(sections), "2 of 3 targets met");
  });

  it("have a middle that one slow moment does not move", () => {
    assert.equal(median([3, 100, 1]), 3);
    assert.ok(Number.isNaN(median([])));
  });

  it("line up", () => {
    assert.deepEqual(
      columns([
        ["a", "1"],
        ["long", "100"],
      ]),
      ["a       1", "long  100"],
    );
  });
});

describe("the bench's parts", () => {
  it("are all run when none is named, in the order given by the bench and not by the caller", () => {
    assert.deepEqual(chooseParts(undefined), { chosen: partNames });
    assert.deepEqual(chooseParts("failover, graph"), { chosen: ["graph", "failover"] });
  });

  it("that do not exist are named", () => {
    assert.deepEqual(chooseParts("up,speed,luck"), { unknown: ["speed", "luck"] });
  });
});
