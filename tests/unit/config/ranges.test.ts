import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addressAt,
  contains,
  formatAddress,
  formatRange,
  isPrivateRange,
  parseRange,
  type Range,
  slice,
} from "../../../config/ranges.ts";

const bits = fc.integer({ min: 0, max: 32 });

const range = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), bits)
  .map(([address, length]): Range => ({ first: address - (address % 2 ** (32 - length)), bits: length }));

const size = ({ bits: length }: Range) => 2 ** (32 - length);

/** A range and a longer prefix length, at most 16 bits more. */
const cut = range.chain((outer) =>
  fc.tuple(fc.constant(outer), fc.integer({ min: outer.bits, max: Math.min(32, outer.bits + 16) })),
);

describe("IPv4 ranges", () => {
  it("what is formatted parses to the same", () => {
    fc.assert(fc.property(range, (one) => assert.deepEqual(parseRange(formatRange(one)), one)));
  });

  it("any bit behind the prefix is refused", () => {
    fc.assert(
      fc.property(range, fc.nat(), (one, offset) => {
        fc.pre(one.bits < 32);
        const inside = 1 + (offset % (size(one) - 1));
        assert.equal(parseRange(`${formatAddress(one.first + inside)}/${one.bits}`), null);
      }),
    );
  });

  it("anything that does not look like a range is refused", () => {
    for (const text of [
      "",
      "10.0.0.0",
      "10.0.0/8",
      "10.0.0.0/33",
      "256.0.0.0/8",
      "10.0.0.0/8 ",
      "10.0.0.0/-1",
      "0x0a.0.0.0/8",
      "::/0",
      "10.0.0.0/8\n",
    ]) {
      assert.equal(parseRange(text), null, JSON.stringify(text));
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/^\d+\.\d+\.\d+\.\d+\/\d+$/.test(text));
        assert.equal(parseRange(text), null);
      }),
    );
  });

  it("slices lie within, do not meet, and fill the range", () => {
    fc.assert(
      fc.property(cut, fc.nat(), fc.nat(), ([outer, length], one, other) => {
        const count = 2 ** (length - outer.bits);
        const [first, second] = [slice(outer, length, one % count), slice(outer, length, other % count)];
        assert.ok(contains(outer, first));
        assert.equal(contains(first, second), one % count === other % count);
        assert.equal(slice(outer, length, 0).first, outer.first);
        const last = slice(outer, length, count - 1);
        assert.equal(last.first + size(last), outer.first + size(outer));
      }),
    );
  });

  it("no slice lies outside", () => {
    fc.assert(
      fc.property(cut, ([outer, length]) => {
        assert.throws(() => slice(outer, length, 2 ** (length - outer.bits)), RangeError);
        assert.throws(() => slice(outer, length, -1), RangeError);
        assert.throws(() => slice(outer, outer.bits - 1, 0), RangeError);
      }),
    );
  });

  it("addresses follow each other from the range's first to its last", () => {
    fc.assert(
      fc.property(range, fc.nat(), (one, number) => {
        const index = number % size(one);
        assert.deepEqual(parseRange(`${addressAt(one, index)}/32`), { first: one.first + index, bits: 32 });
        assert.throws(() => addressAt(one, size(one)), RangeError);
        assert.throws(() => addressAt(one, -1), RangeError);
      }),
    );
    assert.equal(addressAt({ first: 0x0a4d0000, bits: 16 }, 258), "10.77.1.2");
  });

  it("containment is an order", () => {
    fc.assert(
      fc.property(range, range, (one, other) => {
        assert.ok(contains(one, one));
        if (contains(one, other) && contains(other, one)) assert.deepEqual(one, other);
        const [low, high] = [other.first, other.first + size(other) - 1];
        const within = low >= one.first && high < one.first + size(one);
        assert.equal(contains(one, other), within);
      }),
    );
  });

  it("private is what RFC 1918 lists, to the last address", () => {
    const privates = [
      "10.0.0.0/8",
      "10.255.255.255/32",
      "172.16.0.0/12",
      "172.31.255.0/24",
      "192.168.0.0/16",
    ];
    const others = [
      "9.255.255.255/32",
      "11.0.0.0/8",
      "172.15.0.0/16",
      "172.32.0.0/16",
      "192.169.0.0/16",
      "0.0.0.0/0",
      "10.0.0.0/7",
      "192.0.0.0/8",
      "nonsense",
    ];
    assert.deepEqual(privates.filter(isPrivateRange), privates);
    assert.deepEqual(others.filter(isPrivateRange), []);
  });
});
