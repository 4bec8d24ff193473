import type * as pulumi from "@pulumi/pulumi";
import { type FirewallFlow, renderNftables } from "../../hosts/nftables.ts";
import { RuleSet } from "../../provider/sdk/index.ts";
import { Firewall, type FirewallArgs } from "../firewall.ts";
import { type Flow, type Rule, rulesOf } from "../flows.ts";
import type { Member } from "../members.ts";
import type { OneboxNetwork } from "./network.ts";

/** `visitor-tcp-443` */
function counterName(flow: Flow, peer: string): string {
  return [peer, flow.port.protocol, ...("number" in flow.port ? [String(flow.port.number)] : [])].join("-");
}

/**
 * Visitors and operators come in by the gateway, and receivers are reached by it: the machine's own network is the only
 * way into the sandbox and out of it. A balancer is also reached at the address that the active one holds.
 */
function addressesOf({ flow, peer, peers }: Rule, network: OneboxNetwork): readonly string[] {
  if (peer === "visitor" || peer === "operator" || peer === "services" || peer === "receivers")
    return [network.plan.gateway.address];
  const addresses = peers.map((member) => network.addressOf(member));
  return flow.to === "balancer" && flow.from === "monitor" && flow.to === peer
    ? [...addresses, network.plan.virtual.address]
    : addresses;
}

function flowOf(rule: Rule, network: OneboxNetwork): FirewallFlow {
  const { port, why } = rule.flow;
  return {
    name: counterName(rule.flow, rule.peer),
    peers: addressesOf(rule, network),
    protocol: port.protocol,
    ...("number" in port ? { port: port.number } : {}),
    why,
  };
}

/** One host's nftables rule set. */
export class OneboxFirewall extends Firewall {
  readonly member: Member;
  /** What must stand before anything on the host listens. */
  readonly ruleSet: RuleSet;
  /** TCP ports of the host's tier that flows lead to. */
  readonly openPorts: readonly number[];
  /** TCP ports of all flows, but for those by which others than this host's tier reach who is told of alerts. */
  readonly knownPorts: readonly number[];

  constructor(name: string, args: FirewallArgs<OneboxNetwork>, opts: pulumi.ComponentResourceOptions) {
    super("foobar:onebox:Firewall", name, {}, opts);
    const { network, member, members, flows } = args;
    this.member = member;
    const { ingress, egress } = rulesOf(flows, member, members);
    // Of the whole graph: in a tier of one nobody uses what its members offer each other, and they still listen.
    this.openPorts = flows.flows.flatMap(({ to, port }) =>
      to === member.tier && port.protocol === "tcp" ? [port.number] : [],
    );
    this.knownPorts = flows.flows.flatMap(({ from, to, port }) =>
      port.protocol === "tcp" && (to !== "receivers" || from === member.tier) ? [port.number] : [],
    );
    const rules = renderNftables({
      ingress: ingress.map((rule) => flowOf(rule, network)),
      egress: egress.map((rule) => flowOf(rule, network)),
    });
    this.ruleSet = new RuleSet(name, { host: network.host(member.name), rules }, network.inside(this));
    this.registerOutputs();
  }
}
