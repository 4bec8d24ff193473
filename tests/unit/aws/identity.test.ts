/** Servers are known by their names: another order of the configuration's lines, or fewer of them, moves nothing. */
import assert from "node:assert/strict";
import { z } from "zod";
import { committedConfig, type Registered } from "../../support/mockedStack.ts";
import { programStack, shortType } from "../../support/program.ts";

const line = z.looseObject({ name: z.string() });
type Line = z.output<typeof line>;

const committed = (): readonly Line[] =>
  z.array(line).parse(JSON.parse(committedConfig("prod")["foobar:servers"] ?? ""));

/** All that may be placed by position: with Sumo Logic one server has more to do than the others. */
const everything = {
  monitoring: { sumoLogic: "the-token" },
  aws: {
    agents: { sumoLogic: { url: "https://packages.example.com/otelcol-sumo.deb", sha256: "a".repeat(64) } },
    database: { instanceClass: "db.r6gd.large", proxy: true },
  },
};

async function resourcesWith(servers: readonly Line[]): Promise<ReadonlyMap<string, Registered>> {
  const { resources } = await programStack("prod", { ...everything, servers });
  // Its charts show the servers in the order of the configuration.
  const others = resources.filter(({ type }) => shortType(type) !== "cloudwatch.Dashboard");
  return new Map(others.map((resource) => [resource.urn, resource] as const));
}

const isOf = (server: string, { name }: Registered) => new RegExp(`(^|-)${server}(-|$)`).test(name);

describe("servers on AWS", () => {
  let first: ReadonlyMap<string, Registered>;

  before(async () => {
    first = await resourcesWith(committed());
  });

  it("stay where they are when their lines change places", async () => {
    const after = await resourcesWith([...committed()].reverse());
    assert.deepEqual([...after.keys()].sort(), [...first.keys()].sort());
    for (const [urn, { wire, inputs }] of after) {
      assert.deepEqual(inputs, first.get(urn)?.inputs, urn);
      assert.deepEqual(wire, first.get(urn)?.wire, urn);
    }
  });

  for (const gone of ["web-2", "web-3"]) {
    it(`stay where they are when the line of ${gone} goes`, async () => {
      const after = await resourcesWith(committed().filter(({ name }) => name !== gone));
      for (const [urn, resource] of first) {
        if (isOf(gone, resource)) assert.ok(!after.has(urn), urn);
        else assert.deepEqual(after.get(urn)?.inputs, resource.inputs, urn);
      }
      assert.deepEqual(
        [...after.keys()].filter((urn) => !first.has(urn)),
        [],
      );
    });
  }

  it("stay where they are when a line is added before them", async () => {
    const after = await resourcesWith([{ name: "web-9", role: "web", zone: "b" }, ...committed()]);
    for (const [urn, { inputs }] of first) assert.deepEqual(after.get(urn)?.inputs, inputs, urn);
  });

  it("take nobody else's place when one moves to another zone", async () => {
    const after = await resourcesWith(
      committed().map((each) => (each.name === "web-2" ? { ...each, zone: "c" } : each)),
    );
    assert.deepEqual([...after.keys()].sort(), [...first.keys()].sort());
    for (const [urn, resource] of after) {
      if (!isOf("web-2", resource)) assert.deepEqual(resource.inputs, first.get(urn)?.inputs, urn);
    }
  });
});
