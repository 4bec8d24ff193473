import assert from "node:assert/strict";
import { type FirewallFlow, type FirewallInput, renderNftables } from "../../../hosts/nftables.ts";
import { Workplace } from "./support/workplace.ts";

const flow = (name: string, rest: Partial<FirewallFlow> = {}): FirewallFlow => ({
  name,
  peers: ["10.77.0.1"],
  protocol: "tcp",
  port: 443,
  why: "because",
  ...rest,
});

const portless = (name: string, protocol: FirewallFlow["protocol"], peer = "10.77.0.1"): FirewallFlow => ({
  name,
  peers: [peer],
  protocol,
  why: "because",
});

describe("the packet filter", () => {
  const place = new Workplace();
  after(() => place.close());

  const check = (input: FirewallInput) => place.run(["nft", "--check", "--file", "-"], renderNftables(input));

  it("is accepted by nft with every kind of flow", () => {
    const verdict = check({
      ingress: [
        flow("visitors", { peers: ["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.77.0.2"] }),
        portless("peers", "vrrp", "10.77.0.12"),
        portless("ping", "icmp"),
        flow("names", { protocol: "udp", port: 53, why: 'what a "name" stands for; $x `y` \\ é' }),
      ],
      egress: [flow("web-servers"), flow("web_health", { port: 8443, why: "w".repeat(400) })],
    });
    assert.deepEqual(verdict, { code: 0, text: "" });
  });

  it("is accepted by nft with nothing permitted, and then refuses both ways", () => {
    const text = renderNftables({ ingress: [], egress: [] });
    assert.equal(check({ ingress: [], egress: [] }).text, "");
    for (const hook of ["input", "output", "forward"])
      assert.match(text, new RegExp(`hook ${hook} priority filter; policy drop;`));
    assert.doesNotMatch(text, /dport \d/);
  });

  it("permits a flow from its peers to its port only, counted and with the reason", () => {
    const text = renderNftables({ ingress: [flow("metrics", { port: 9443 })], egress: [] });
    assert.match(
      text,
      /ip saddr \{ 10\.77\.0\.1 \} tcp dport 9443 ct state new counter name in_metrics accept comment "because"/,
    );
  });

  it("names the other end by its address on the way out", () => {
    const text = renderNftables({ ingress: [], egress: [flow("db", { peers: ["10.1.2.3", "10.1.2.4"] })] });
    assert.match(
      text,
      /ip daddr \{ 10\.1\.2\.3, 10\.1\.2\.4 \} tcp dport 443 ct state new counter name out_db/,
    );
  });

  it("counts and logs what is refused, and tells local programs at once", () => {
    const text = renderNftables({ ingress: [], egress: [] });
    for (const direction of ["in", "out"]) {
      assert.match(text, new RegExp(`counter name denied_${direction} `));
      assert.match(text, new RegExp(`log prefix "denied ${direction} " group 1`));
    }
    assert.match(text, /reject with icmpx admin-prohibited\n {2}\}/);
  });

  it("lists every fault of the flows at once", () => {
    const bad = {
      ingress: [flow("a"), flow("a"), flow("1 x"), flow("b", { peers: [] })],
      egress: [portless("c", "tcp"), flow("v", { protocol: "vrrp" }), flow("d", { peers: ["web"] })],
    } satisfies FirewallInput;
    assert.throws(
      () => renderNftables(bad),
      (error: Error) =>
        error.message ===
        [
          "the firewall's flows are not valid:",
          "  ingress[1] (a): the name is there twice",
          "  ingress[2] (1 x): the name is not letters, digits, - and _",
          "  ingress[3] (b): has no peer; name an address or a range",
          "  egress[0] (c): needs a port",
          "  egress[1] (v): vrrp has no port",
          "  egress[2] (d): web is not an IPv4 address or range",
        ].join("\n"),
    );
  });
});
