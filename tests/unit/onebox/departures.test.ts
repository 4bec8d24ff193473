import assert from "node:assert/strict";
import type { Member } from "../../../components/members.ts";
import { addressPlan } from "../../../components/onebox/addresses.ts";
import { departureFindings, interruption, nameFindings } from "../../../components/onebox/departures.ts";
import type { Zone } from "../../../config/schema.ts";

type Data = "none" | "held" | "synced";

const database = (name: string, zone: Zone): Member => ({
  name,
  tier: "database",
  zone,
  size: "small",
  managed: false,
});
const three = [database("db-1", "a"), database("db-2", "b"), database("db-3", "c")];
const range = "10.77.0.0/16";

/** What is said of a change from some database servers, all synced but for those that are named, to others. */
function said(
  before: readonly Member[],
  after: readonly Member[],
  {
    data = {},
    discard = [],
    newRange = range,
  }: {
    readonly data?: Readonly<Record<string, Data>>;
    readonly discard?: readonly string[];
    readonly newRange?: string;
  } = {},
): readonly string[] {
  const stood = addressPlan(range, before);
  const standing = before.map(({ name }) => ({
    name,
    number: stood.places[name]?.number ?? 0,
    address: `${stood.places[name]?.address}/${stood.bits}`,
    data: data[name] ?? ("synced" as const),
    database: "foobar",
  }));
  const numbers = Object.fromEntries(standing.map(({ name, number }) => [name, number]));
  const plan = addressPlan(newRange, after, numbers);
  return departureFindings(standing, plan, after, discard).map(
    ({ path, problem, remedy }) => `${path}: ${problem}. ${remedy}`,
  );
}

const without = (name: string) => three.filter((member) => member.name !== name);

describe("a change of the database servers", () => {
  it("may replace one of three, rename one, move one, swap them, add two, or leave one of three", () => {
    assert.deepEqual(said(three, [...without("db-1"), database("db-4", "a")]), []);
    assert.deepEqual(said(three, [database("database-1", "a"), ...without("db-1")]), []);
    assert.deepEqual(said(three, [database("db-1", "b"), ...without("db-1")]), []);
    assert.deepEqual(said(three, three.toReversed()), []);
    assert.deepEqual(said(three, [...three, database("db-4", "a"), database("db-5", "b")]), []);
    assert.deepEqual(said(three, [database("db-2", "b")]), []);
    assert.deepEqual(said([], three), []);
  });

  it("may take one away that is broken, when the others are synced", () => {
    assert.deepEqual(
      said(three, [...without("db-1"), database("db-4", "a")], { data: { "db-1": "held" } }),
      [],
    );
  });

  it("is refused by name when no copy would be left, with the way and the setting", () => {
    const [only = ""] = said([database("db-1", "a")], [database("db-9", "a")]);
    assert.match(only, /^foobar:servers: database server db-1 would be removed with its data/);
    assert.match(only, /it is not in the configuration any more/);
    assert.match(only, /no database server that stays has a synced copy/);
    assert.match(only, /add the new ones and run `up`; then take old ones away, one in each further `up`/);
    assert.match(only, /pulumi config set --path 'foobar:database\.discard\[0\]' db-1/);
    assert.match(said([database("db-1", "a")], [database("db-1", "b")])[0] ?? "", /its zone or role changes/);
    const moved = said(three, three, { newRange: "10.99.0.0/16" });
    assert.equal(moved.length, 3);
    for (const text of moved) assert.match(text, /foobar:network\.range changes its address/);
  });

  it("is refused when the others are not synced, and when most are replaced at once", () => {
    const change = [...without("db-1"), database("db-4", "a")];
    const [text = ""] = said(three, change, { data: { "db-2": "held" } });
    assert.match(text, /only db-3 has a synced copy, and 2 are needed/);
    assert.equal(said(three, change, { data: { "db-2": "held", "db-3": "held" } }).length, 1);
    const two = [database("db-3", "c"), database("db-4", "a"), database("db-5", "b")];
    assert.equal(said(three, two).length, 2);
    assert.equal(said(three, [database("db-2", "b")], { data: { "db-2": "held" } }).length, 2);
  });

  it("is done all the same for servers whose data is named as lost, and for no other", () => {
    const nine = [database("db-9", "a")];
    assert.deepEqual(said([database("db-1", "a")], nine, { discard: ["db-1"] }), []);
    assert.equal(said([database("db-1", "a")], nine, { discard: ["db-2"] }).length, 1);
    assert.equal(said(three, nine, { discard: ["db-1"] }).length, 2);
  });
});

describe("the database's name", () => {
  const host = { name: "db-1", number: 1, address: "10.77.0.1/16", data: "held" as const };

  it("is refused by name where there is data of another one, and named once", () => {
    const standing = ["db-1", "db-2"].map((name) => ({ ...host, name, database: "foobar" }));
    const [finding, ...more] = nameFindings(standing, "shop");
    assert.equal(finding?.path, "foobar:database.name");
    assert.match(finding?.problem ?? "", /is shop, and the data that is there is of the database foobar/);
    assert.match(finding?.remedy ?? "", /pulumi config set --path 'foobar:database\.name' foobar/);
    assert.deepEqual(more, []);
  });

  it("is free where there is no data, the same name, or nobody knows", () => {
    assert.deepEqual(nameFindings([], "shop"), []);
    assert.deepEqual(nameFindings([{ ...host, database: "shop" }], "shop"), []);
    assert.deepEqual(nameFindings([{ ...host, database: null }], "shop"), []);
    assert.deepEqual(nameFindings([{ ...host, data: "none", database: "foobar" }], "shop"), []);
  });
});

describe("a change of the web servers", () => {
  const web = (name: string, zone: Zone): Member => ({ ...database(name, zone), tier: "web" });
  const told = (before: readonly Member[], after: readonly Member[]) => {
    const { places } = addressPlan(range, before);
    const standing = before.map(({ name }) => {
      const { number = 0, address = "" } = places[name] ?? {};
      return { name, number, address: `${address}/16`, data: "none" as const, database: null };
    });
    const numbers = Object.fromEntries(standing.map(({ name, number }) => [name, number]));
    return interruption(standing, addressPlan(range, after, numbers), after);
  };
  const two = [web("web-1", "a"), web("web-2", "b")];

  it("is told when all of them are made anew at once, and not while one of them stays", () => {
    assert.equal(told(two, two), null);
    assert.equal(told(two, [web("web-1", "c"), web("web-2", "b")]), null);
    assert.equal(told(two, [web("web-3", "a"), web("web-2", "b")]), null);
    assert.equal(told([], two), null);
    assert.match(
      told(two, [web("web-1", "b"), web("web-2", "c")]) ?? "",
      /^Visitors may wait: web-1 and web-2 are made anew at another place, and no other web server stays\./,
    );
    assert.match(
      told(two.slice(1), [web("web-2", "c")]) ?? "",
      /: web-2 is made anew .* add another web server first/,
    );
  });
});
