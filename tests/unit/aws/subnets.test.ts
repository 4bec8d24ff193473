import assert from "node:assert/strict";
import fc from "fast-check";
import { subnetKinds, subnetPlan } from "../../../components/aws/subnets.ts";
import { contains, formatRange, parseRange, type Range } from "../../../config/ranges.ts";
import { zones } from "../../../config/schema.ts";

function parsed(text: string): Range {
  const range = parseRange(text);
  assert.ok(range, text);
  return range;
}

/** Every range that the configuration permits. */
const ranges = fc
  .tuple(fc.integer({ min: 16, max: 22 }), fc.nat())
  .map(([bits, seed]) => ({ bits, first: 10 * 2 ** 24 + (seed % 2 ** (bits - 8)) * 2 ** (32 - bits) }));

const all = (range: Range) => {
  const plan = subnetPlan(formatRange(range));
  return subnetKinds.flatMap((kind) => zones.map((zone) => parsed(plan[kind][zone])));
};

describe("subnets", () => {
  it("cuts 10.77.0.0/16 into the documented ranges", () => {
    assert.deepEqual(subnetPlan("10.77.0.0/16"), {
      public: { a: "10.77.0.0/20", b: "10.77.16.0/20", c: "10.77.32.0/20" },
      application: { a: "10.77.64.0/20", b: "10.77.80.0/20", c: "10.77.96.0/20" },
      database: { a: "10.77.128.0/20", b: "10.77.144.0/20", c: "10.77.160.0/20" },
    });
  });

  it("every subnet lies inside the range", () => {
    fc.assert(fc.property(ranges, (range) => all(range).every((subnet) => contains(range, subnet))));
  });

  it("no two subnets overlap", () => {
    fc.assert(
      fc.property(ranges, (range) => {
        const subnets = all(range);
        return subnets.every((one, index) =>
          subnets.every((other, place) => place === index || !contains(one, other)),
        );
      }),
    );
  });

  it("every subnet is one that AWS takes (/16 to /28) and holds a balancer", () => {
    fc.assert(
      fc.property(ranges, (range) => all(range).every(({ bits }) => bits <= 28 && 2 ** (32 - bits) - 5 >= 8)),
    );
  });

  it("leaves a quarter of the range free", () => {
    fc.assert(
      fc.property(ranges, (range) => {
        const lastQuarter = range.first + 3 * 2 ** (30 - range.bits);
        return all(range).every(({ first, bits }) => first + 2 ** (32 - bits) <= lastQuarter);
      }),
    );
  });

  it("refuses what is no range", () => {
    assert.throws(() => subnetPlan("10.77.0.0"), RangeError);
  });
});
