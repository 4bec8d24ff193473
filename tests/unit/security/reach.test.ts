/** The tables of docs/security.md are the program's own, and every way that is open is one of its hops. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  type CloudReach,
  reachOfClouds,
  renderSecurityPage,
  securityPage,
} from "../../../tools/security/page.ts";
import { flowsTable, hopsTable, type Variant, withPart } from "../../../tools/security/reach.ts";

const flow = (from: string, to: string) => ({ from, to, port: "tcp/1", why: "a|b" });
const hop = {
  from: "a",
  to: "b",
  port: "tcp/1",
  encrypted: true,
  authenticated: false,
  caller: "c",
  note: "d",
};

/** Ways that no TLS is spoken on: what they are for. */
const plain: readonly string[] = [
  // Answered with a redirect and nothing else.
  "visitor balancer tcp/80",
  "balancer web tcp/80",
  // Link-local, answered by the machine under the instance.
  "web services tcp/80",
  "web services tcp/53",
];

describe("security page", function () {
  this.timeout(300_000);
  let reach: readonly CloudReach[];

  before(async () => {
    reach = await reachOfClouds();
  });

  it("is what the program says (npm run docs writes it)", () => {
    const page = readFileSync(securityPage, "utf8");
    assert.equal(page, renderSecurityPage(page, reach));
  });

  it("has a hop for every way that is open, on each cloud", () => {
    assert.deepEqual(
      reach.map(({ cloud }) => cloud),
      ["onebox", "aws"],
    );
    for (const { cloud, tierOf, variants } of reach)
      for (const { when, firewallMatrix, tlsHops } of variants) {
        const through = tlsHops.some(({ from, to }) => from === "visitor" && to === "web");
        for (const row of firewallMatrix) {
          const [from, to] = [tierOf(row.from), tierOf(row.to)];
          const way = `${from} ${to} ${row.port}`;
          if (!row.port.startsWith("tcp/") || plain.includes(way)) continue;
          // Passed through: both halves of the way are one hop.
          if (through && /^(visitor balancer|balancer web) tcp\/443$/.test(way)) continue;
          const found = tlsHops.some(
            (hop) =>
              [from, "every host"].includes(hop.from) &&
              [to, "every host"].includes(hop.to) &&
              hop.port.split(", ").includes(row.port),
          );
          assert.ok(found, `${cloud}: ${way} ${when}`);
        }
      }
  });
});

describe("tables of the security page", () => {
  const base: Variant = { when: "", firewallMatrix: [flow("a-1", "b"), flow("a-2", "b")], tlsHops: [hop] };
  const other: Variant = { when: "x: y", firewallMatrix: [flow("c", "b")], tlsHops: [hop] };

  it("name tiers once, and the setting that opens or closes a way", () => {
    const lines = flowsTable([base, other], (name) => name.replace(/-\d$/, "")).split("\n");
    assert.deepEqual(lines.slice(2), [
      "| a | b | tcp/1 | a\\|b | not with `x: y` |",
      "| c | b | tcp/1 | a\\|b | with `x: y` |",
    ]);
  });

  it("shout where somebody is not checked", () => {
    assert.equal(
      hopsTable([base, other]).split("\n")[2],
      "| a | b | tcp/1 | yes | **no** | c | d | always |",
    );
  });

  it("replace what lies between their marks, and nothing else", () => {
    const page = "x\n<!-- t: written by `npm run docs` -->\nold\n<!-- end of t -->\ny\n";
    assert.match(withPart(page, "t", "new"), /^x\n<!-- t.* -->\n\nnew\n\n<!-- end of t -->\ny\n$/);
    assert.throws(() => withPart("x", "t", "new"), /no marks of t/);
  });
});
