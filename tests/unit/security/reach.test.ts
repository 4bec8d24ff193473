/** The tables of docs/security.md are the program's own, and every way that is open is one of its hops. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  clouds,
  renderSecurityPage,
  securityPage,
  tiersOf,
  variantsOf,
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
  this.timeout(120_000);

  it("is what the program says (npm run docs writes it)", async () => {
    assert.equal(readFileSync(securityPage, "utf8"), await renderSecurityPage());
  });

  for (const cloud of clouds) {
    it(`has a hop for every way that is open on ${cloud.cloud}`, async () => {
      const tierOf = tiersOf(cloud.stack);
      for (const { when, firewallMatrix, tlsHops } of await variantsOf(cloud)) {
        const through = tlsHops.some(({ from, to }) => from === "visitor" && to === "web");
        for (const row of firewallMatrix) {
          const [from, to] = [tierOf(row.from), tierOf(row.to)];
          if (!row.port.startsWith("tcp/") || plain.includes(`${from} ${to} ${row.port}`)) continue;
          // Passed through: both halves of the way are one hop.
          if (through && row.port === "tcp/443" && /^(visitor balancer|balancer web)$/.test(`${from} ${to}`))
            continue;
          const found = tlsHops.some(
            (each) =>
              [from, "every host"].includes(each.from) &&
              [to, "every host"].includes(each.to) &&
              each.port.split(", ").includes(row.port),
          );
          assert.ok(found, `${from} to ${to} ${row.port} ${when}`);
        }
      }
    });
  }
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
