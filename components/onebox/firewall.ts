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

/** The gateway is the only way into the sandbox, for visitors and operators, and the only way out of it. */
function addressesOf({ peer, peers }: Rule, network: OneboxNetwork): readonly string[] {
  return peer === "visitor" || peer === "operator" || peer === "services"
    ? [network.plan.gateway.address]
    : peers.map((member) => network.addressOf(member));
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

  constructor(name: string, args: FirewallArgs<OneboxNetwork>, opts: pulumi.ComponentResourceOptions) {
    super("foobar:onebox:Firewall", name, {}, opts);
    const { network, member, members, flows } = args;
    this.member = member;
    const { ingress, egress } = rulesOf(flows, member, members);
    const rules = renderNftables({
      ingress: ingress.map((rule) => flowOf(rule, network)),
      egress: egress.map((rule) => flowOf(rule, network)),
    });
    this.ruleSet = new RuleSet(name, { host: network.host(member.name), rules }, network.inside(this));
    this.registerOutputs();
  }
}
