import assert from "node:assert/strict";
import fc from "fast-check";
import { bagOf, hasSecret, hasUnknown, rewrap, unwrap } from "../../../provider/envelopes.ts";
import { output, secret, unknown } from "./marks.ts";

/** Plain JSON without keys that only the engine or the language itself use. */
const plain = fc.jsonValue({ maxDepth: 4 }).filter((value) => !JSON.stringify(value).includes("__proto__"));
const plainBag = fc.dictionary(
  fc.string().filter((key) => key !== "__proto__"),
  plain,
);

/** The value with secret and output envelopes put around some of its parts. */
function wrapped(value: unknown, choices: Iterator<number>): unknown {
  const inner = Array.isArray(value)
    ? value.map((item) => wrapped(item, choices))
    : typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, wrapped(item, choices)]))
      : value;
  const choice = choices.next().value ?? 0;
  return choice === 1
    ? secret(inner)
    : choice === 2
      ? output(inner)
      : choice === 3
        ? output(inner, true)
        : inner;
}

describe("envelopes", () => {
  it("come off at any depth, and what was inside is left as it was", () => {
    fc.assert(
      fc.property(plain, fc.infiniteStream(fc.integer({ min: 0, max: 3 })), (value, choices) => {
        assert.deepEqual(unwrap(wrapped(value, choices)), value);
      }),
    );
  });

  it("tell a secret at any depth, and none where there is none", () => {
    fc.assert(
      fc.property(plain, fc.array(fc.integer({ min: 0, max: 3 })), (value, choices) => {
        const text = JSON.stringify(wrapped(value, choices.values()));
        const marked = text.includes(`"secret":true`) || text.includes("1b47061264138c4ac30d75fd1eb44270");
        assert.equal(hasSecret(JSON.parse(text)), marked);
      }),
    );
  });

  it("come back around exactly the properties that held a secret", () => {
    fc.assert(
      fc.property(plainBag, plainBag, (open, hidden) => {
        const keys = Object.keys(hidden).filter((key) => !(key in open));
        const source = {
          ...open,
          ...Object.fromEntries(keys.map((key) => [key, { deep: [secret(hidden[key])] }])),
        };
        const again = rewrap({ ...bagOf(unwrap(source)), further: 1 }, source);
        for (const key of Object.keys(open)) assert.deepEqual(again[key], open[key]);
        for (const key of keys) assert.deepEqual(again[key], secret({ deep: [hidden[key]] }));
        assert.deepEqual(unwrap(again), { ...bagOf(unwrap(source)), further: 1 });
      }),
    );
  });

  it("without a value are unknown", () => {
    assert.equal(unwrap(output()), unknown);
    assert.equal(hasUnknown({ a: [{ b: unwrap(output()) }] }), true);
    assert.equal(hasUnknown({ a: [{ b: `${unknown}!` }] }), false);
  });

  it("of a kind that is not known here stay on", () => {
    const asset = { "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", text: "x" };
    assert.deepEqual(unwrap({ asset }), { asset });
  });
});
