import assert from "node:assert/strict";
import fc from "fast-check";
import type { Member } from "../../../components/members.ts";
import { addressPlan, type Place, rankOf } from "../../../components/onebox/addresses.ts";
import { parseRange } from "../../../config/ranges.ts";
import { roles, zones } from "../../../config/schema.ts";

/** Up to forty members, so that no zone of a tier outgrows even the smallest range below. */
const members: fc.Arbitrary<readonly Member[]> = fc
  .array(fc.record({ tier: fc.constantFrom(...roles), zone: fc.constantFrom(...zones) }), { maxLength: 40 })
  .map((list) =>
    list.map(({ tier, zone }, index) => ({
      name: `host-${index}`,
      tier,
      zone,
      size: "small" as const,
      managed: false,
    })),
  );
const range = fc.constantFrom("10.77.0.0/16", "172.16.0.0/18", "192.168.0.0/20", "10.0.0.0/16");

/** Everyone's place; a lone balancer holds the virtual address as its own. */
const all = (rangeText: string, list: readonly Member[]): readonly Place[] => {
  const plan = addressPlan(rangeText, list);
  const balancers = list.filter(({ tier }) => tier === "balancer").length;
  return [plan.gateway, ...(balancers === 1 ? [] : [plan.virtual]), ...Object.values(plan.places)];
};

const numberOf = (address: string): number =>
  address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

const numbersIn = (places: Readonly<Record<string, Place>>) =>
  Object.fromEntries(Object.entries(places).map(([name, { number }]) => [name, number]));

describe("the address plan", () => {
  it("gives no two an address or a number, the virtual address and the gateway included", () => {
    fc.assert(
      fc.property(range, members, (rangeText, list) => {
        const places = all(rangeText, list);
        assert.equal(new Set(places.map(({ address }) => address)).size, places.length);
        assert.equal(new Set(places.map(({ number }) => number)).size, places.length);
      }),
    );
  });

  it("gives the virtual address to a lone balancer", () => {
    fc.assert(
      fc.property(range, members, (text, list) => {
        const [balancer, ...others] = list.filter(({ tier }) => tier === "balancer");
        fc.pre(balancer !== undefined && others.length === 0);
        const plan = addressPlan(text, list);
        assert.deepEqual(plan.virtual, plan.places[balancer?.name ?? ""]);
      }),
    );
  });

  it("moves none when lines are taken away, swapped or added, and gives the new a place that nobody has or had", () => {
    fc.assert(
      fc.property(
        range,
        members,
        fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
        fc.constantFrom(...roles),
        fc.constantFrom(...zones),
        (text, list, keeps, tier, zone) => {
          const before = addressPlan(text, list).places;
          const rest = list.filter((_, index) => keeps[index]).reverse();
          const added = { name: "new", tier, zone, size: "small" as const, managed: false };
          const { new: own, ...others } = addressPlan(text, [added, ...rest], numbersIn(before)).places;
          assert.deepEqual(others, Object.fromEntries(rest.map(({ name }) => [name, before[name]])));
          assert.ok(own && !Object.values(before).some(({ number }) => number === own.number));
        },
      ),
    );
  });

  it("moves one whose zone changes to a place that nobody has or had, and no other", () => {
    const list = (["a", "b", "b"] as const).map((zone, index): Member => {
      return { name: `db-${index + 1}`, tier: "database", zone, size: "small", managed: false };
    });
    const before = addressPlan("10.77.0.0/16", list).places;
    const moved = list.map((each): Member => (each.name === "db-1" ? { ...each, zone: "b" } : each));
    const { "db-1": own, ...others } = addressPlan("10.77.0.0/16", moved, numbersIn(before)).places;
    assert.deepEqual(others, { "db-2": before["db-2"], "db-3": before["db-3"] });
    assert.equal(own?.address, "10.77.160.12");
  });

  it("ranks a balancer by its own place alone", () => {
    const list = (["a", "b", "a"] as const).map((zone, index): Member => {
      return { name: `lb-${index + 1}`, tier: "balancer", zone, size: "small", managed: false };
    });
    const ranks = (wanted: readonly Member[], standing = {}) => {
      const plan = addressPlan("10.77.0.0/16", wanted, standing);
      return wanted.map((each) => [each.name, rankOf(plan, each)]);
    };
    assert.deepEqual(ranks(list), [
      ["lb-1", 0],
      ["lb-2", 10],
      ["lb-3", 1],
    ]);
    const standing = numbersIn(addressPlan("10.77.0.0/16", list).places);
    assert.deepEqual(ranks(list.slice(1).reverse(), standing), [
      ["lb-3", 1],
      ["lb-2", 10],
    ]);
  });

  it("keeps each within the slice of its tier and zone, and its number the offset within the range", () => {
    fc.assert(
      fc.property(range, members, (text, list) => {
        const plan = addressPlan(text, list);
        const first = parseRange(text)?.first ?? Number.NaN;
        for (const { name, tier, zone } of list) {
          const place = plan.places[name];
          const slice = parseRange(plan.ranges[`${tier}-${zone}`] ?? "");
          assert.ok(place && slice);
          const address = numberOf(place.address);
          assert.equal(address - first, place.number);
          // Neither the slice's first address nor its last.
          assert.ok(address > slice.first && address < slice.first + 2 ** (32 - slice.bits) - 1);
          assert.ok(place.number >= 1 && place.number <= 65_534);
        }
      }),
    );
  });

  it("cuts the range into slices that do not overlap", () => {
    fc.assert(
      fc.property(range, (text) => {
        const slices = Object.values(addressPlan(text, []).ranges).map((slice) => parseRange(slice)?.first);
        assert.equal(new Set(slices).size, 15);
      }),
    );
  });

  it("refuses a range that is none, and a zone that has no room", () => {
    assert.throws(() => addressPlan("10.77.0.0", []), /10\.77\.0\.0 is not a range/);
    const crowd = Array.from({ length: 8 }, (_, index): Member => {
      return { name: `web-${index}`, tier: "web", zone: "a", size: "small", managed: false };
    });
    assert.throws(() => addressPlan("10.77.0.0/24", crowd), RangeError);
  });
});
