import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { decodeValue } from "../../../config/decode.ts";
import { keysOf } from "../../../config/keys.ts";
import { parseSettings } from "../../../config/parse.ts";
import { schema } from "../../../config/schema.ts";
import { rawConfig, settingsOf, validServers } from "./support.ts";

describe("configuration parsing", () => {
  it("fills in the defaults", () => {
    const settings = settingsOf();
    assert.equal(settings.domain, "www.foobar.com");
    assert.deepEqual(settings.tls, {
      mode: "reencrypt",
      minimumVersion: "1.2",
      validDays: 90,
      renewBeforeDays: 30,
    });
    assert.deepEqual(settings.database.backup, { hourUtc: 3, keep: 7 });
    assert.deepEqual(settings.onebox, { httpsPort: 8443, httpPort: 8080, dashboardPort: 8444 });
    assert.deepEqual(settings.firewall.publicRanges, ["0.0.0.0/0"]);
    assert.deepEqual(
      settings.servers,
      validServers.map((server) => ({ ...server, size: "small" })),
    );
  });

  it("takes what is configured and keeps the defaults beside it", () => {
    const { tls, database } = settingsOf({ tls: { mode: "passthrough" }, database: { backup: { keep: 1 } } });
    assert.equal(tls.mode, "passthrough");
    assert.equal(tls.validDays, 90);
    assert.deepEqual(database.backup, { hourUtc: 3, keep: 1 });
  });

  it("never throws, and points every finding at a key of the namespace", () => {
    const name = fc.oneof(
      fc.constantFrom(...Object.keys(schema.shape), "__proto__", "constructor", "toString"),
      fc.string(),
    );
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom("true", "1", "1.5", "", "null", "[null]", '{"__proto__":{"a":1}}', '[{"name":{}}]'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, text)), (pairs) => {
        const parsed = parseSettings(Object.fromEntries(pairs));
        if (parsed.ok) return;
        assert.ok(parsed.findings.length > 0);
        for (const { path, problem, remedy } of parsed.findings) {
          assert.match(path, /^foobar:/);
          assert.ok(problem.length > 0 && remedy.length > 0);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("refuses an unknown key at any depth of a valid configuration", () => {
    const places: readonly (readonly string[])[] = [
      [],
      ["tls"],
      ["database"],
      ["database", "backup"],
      ["limits"],
      ["monitoring"],
      ["network"],
      ["firewall"],
      ["site"],
      ["onebox"],
    ];
    for (const place of places) {
      const change = place.reduceRight<Record<string, unknown>>((inner, key) => ({ [key]: inner }), {
        qqqqqqqq: "1",
      });
      const parsed = parseSettings(rawConfig(change));
      const expected = `foobar:${[...place, "qqqqqqqq"].join(".")}`;
      assert.deepEqual(parsed.ok ? [] : parsed.findings.map(({ path }) => path), [expected]);
    }
  });
});

describe("decoding of what Pulumi keeps as text", () => {
  const cases: readonly (readonly [z.ZodType, string, unknown])[] = [
    [z.int(), "5", 5],
    [z.int().default(1), "-5", -5],
    [z.number(), "1.5", 1.5],
    [z.int(), "five", "five"],
    [z.int(), "", ""],
    [z.boolean(), "true", true],
    [z.boolean().default(true), "false", false],
    [z.boolean(), "yes", "yes"],
    [z.string(), "5", "5"],
    [z.enum(["1.2", "1.3"]).default("1.2"), "1.2", "1.2"],
    [z.string(), "true", "true"],
    [z.string(), '{"a":1}', { a: 1 }],
    [z.array(z.string()), '["a"]', ["a"]],
    [z.array(z.string()), "[a", "[a"],
    [z.strictObject({}), ' {"a":"1"}', { a: "1" }],
    [z.strictObject({}).prefault({}), "a", "a"],
    [z.union([z.literal("none"), z.int()]), "3", 3],
    [z.union([z.literal("none"), z.int()]), "none", "none"],
  ];
  for (const [wanted, text, expected] of cases) {
    it(`${JSON.stringify(text)} for ${JSON.stringify(z.toJSONSchema(wanted, { io: "input" }).type ?? "a union")}`, () => {
      assert.deepEqual(decodeValue(text, keysOf(wanted)), expected);
    });
  }
});
