import type * as pulumi from "@pulumi/pulumi";
import { addressAt, parseRange } from "../../config/ranges.ts";
import { zones } from "../../config/schema.ts";
import type { ServiceUser } from "../../hosts/layout.ts";
import { type FirewallFlow, renderNftables } from "../../hosts/nftables.ts";
import { Firewall, type FirewallArgs } from "../firewall.ts";
import { type MemberRules, type Port, portText, type Rule, rulesOf } from "../flows.ts";
import type { Member, Tier } from "../members.ts";
import { openGroup } from "./groupRules.ts";
import type { AwsNetwork } from "./network.ts";
import type { SubnetKind } from "./subnets.ts";

type Args = FirewallArgs<AwsNetwork>;

/** Where the members of a tier stand. */
const subnetKindOf: Readonly<Record<Tier, SubnetKind | null>> = {
  balancer: "public",
  web: "application",
  database: "database",
  monitor: null,
};

/** Port of the resolver. */
const namesPort = 53;

/** Link-local addresses of every VPC: resolver, time, the instance's metadata. */
const linkLocal = { names: "169.254.169.253", time: "169.254.169.123", metadata: "169.254.169.254" } as const;

/** The address at a place of a range: 1 is the router of a subnet, 2 the resolver of a VPC. */
function reserved(range: string, place: number): string {
  const parsed = parseRange(range);
  if (parsed === null) throw new RangeError(`${range} is not an IPv4 range`);
  return addressAt(parsed, place);
}

/**
 * Addresses of AWS's services as a server's own filter sees them. What is routed has too many and changing ones:
 * there the security group decides between endpoints, S3 and the internet.
 */
export function serviceAddresses(
  port: Port,
  { range, plan }: Pick<AwsNetwork, "range" | "plan">,
): readonly string[] {
  switch (portText(port)) {
    case "udp/53":
    case "tcp/53":
      return [linkLocal.names, reserved(range, 2)];
    case "udp/67":
      return zones.map((zone) => reserved(plan.application[zone], 1));
    case "udp/123":
      return [linkLocal.time];
    case "tcp/80":
      return [linkLocal.metadata];
    default:
      return ["0.0.0.0/0"];
  }
}

function addressesOf({ flow, peer }: Rule, network: AwsNetwork, publicRanges: readonly string[]) {
  switch (peer) {
    case "visitor":
      return publicRanges;
    case "services":
      return serviceAddresses(flow.port, network);
    case "deployment":
    case "operator":
    case "receivers":
      return [];
    default: {
      const kind = subnetKindOf[peer];
      return kind === null ? [] : zones.map((zone) => network.plan[kind][zone]);
    }
  }
}

/**
 * Whom a server's filter refuses a flow outwards: the web server calls nobody, and the application calls the database
 * and asks for names. What else leads to AWS's services is for root and the agents.
 */
function refusedUsers({ flow, peer }: Rule): readonly ServiceUser[] {
  const names = "number" in flow.port && flow.port.number === namesPort;
  return peer === "services" && !names ? ["site", "nginx"] : ["nginx"];
}

/** The rule set of a server's own filter: the same flows as its security group, by the ranges of the subnets. */
export function hostRules(
  { ingress, egress }: MemberRules,
  network: AwsNetwork,
  publicRanges: readonly string[],
): string {
  const flow = (rule: Rule): FirewallFlow => {
    const { port, why } = rule.flow;
    const number = "number" in port ? { port: port.number } : {};
    return {
      name: [rule.peer, port.protocol, ...("number" in port ? [port.number] : [])].join("-"),
      peers: addressesOf(rule, network, publicRanges),
      protocol: port.protocol,
      ...number,
      why,
    };
  };
  const outwards = (rule: Rule): FirewallFlow => ({ ...flow(rule), refusedUsers: refusedUsers(rule) });
  return renderNftables({ ingress: ingress.map(flow), egress: egress.map(outwards) });
}

/** A member's security group, filled from the flow graph; for a server also the rules of its own packet filter. */
export class AwsFirewall extends Firewall {
  readonly member: Member;
  /** Rule set of the server's nftables, without a leading flush; null for a managed tier. */
  readonly rules: string | null;

  constructor(name: string, args: Args, opts: pulumi.ComponentResourceOptions) {
    super("foobar:aws:Firewall", name, {}, opts);
    const { network, member, members, flows, publicRanges } = args;
    this.member = member;
    const compiled = rulesOf(flows, member, members);
    if (network.hasGroup(member)) {
      openGroup({ owner: name, group: network.groupOf(member), network, ...compiled, publicRanges }, this);
    }
    this.rules = member.managed ? null : hostRules(compiled, network, publicRanges);
    this.registerOutputs();
  }
}
