/** The typed flow graph: who may talk to whom, on which port, and why. Pure; every cloud compiles the same graph. */
import { type Member, ofTier, type Tier } from "./members.ts";

/**
 * An end of a flow: a tier; `visitor`, the configured public ranges; `operator`, whoever opens the dashboards;
 * `services`, what serves the stack from outside: the cloud's own services (registries, secret stores, time, names),
 * Sumo Logic; `deployment`, what `pulumi up` runs
 * inside the stack's network (on a cloud whose managed database it cannot reach from outside); `receivers`, servers
 * outside that are told of alerts.
 */
export type Party = Tier | Outside;

type Outside = "visitor" | "operator" | "services" | "deployment" | "receivers";

/** A transport and its port. VRRP and ICMP have none. */
export type Port =
  | { readonly protocol: "tcp" | "udp"; readonly number: number }
  | { readonly protocol: "vrrp" | "icmp" };

/** One permitted flow. Replies are implied; everything not listed is refused, outbound too. */
export interface Flow {
  readonly from: Party;
  readonly to: Party;
  readonly port: Port;
  /** Why the flow is needed: the comment of every rule that is made of it. */
  readonly why: string;
}

/** `tcp(443)` */
export const tcp = (number: number): Port => ({ protocol: "tcp", number });
/** `udp(53)` */
export const udp = (number: number): Port => ({ protocol: "udp", number });
/** VRRP, IP protocol 112: how two balancers agree who holds the virtual address. */
export const vrrp: Port = { protocol: "vrrp" };

/** An immutable set of flows. */
export class FlowGraph {
  readonly flows: readonly Flow[];

  constructor(flows: readonly Flow[] = []) {
    this.flows = flows;
  }

  /** A graph that also permits this flow. */
  allow(from: Party, to: Party, port: Port, why: string): FlowGraph {
    return new FlowGraph([...this.flows, { from, to, port, why }]);
  }

  /** A graph that also permits every flow of the other. */
  and(other: FlowGraph): FlowGraph {
    return new FlowGraph([...this.flows, ...other.flows]);
  }
}

/** A flow as one member sees it: the peers at its other end. Parties outside the stack have no members. */
export interface Rule {
  readonly flow: Flow;
  readonly peer: Party;
  /** The members behind the peer, without the member itself; empty for parties outside the stack. */
  readonly peers: readonly Member[];
}

/** What one member lets in and out. */
export interface MemberRules {
  readonly ingress: readonly Rule[];
  readonly egress: readonly Rule[];
}

const outsiders: readonly Party[] = [
  "visitor",
  "operator",
  "services",
  "deployment",
  "receivers",
] satisfies Outside[];

const outside = (party: Party): party is Outside => outsiders.includes(party);

function peersOf(party: Party, self: Member, members: readonly Member[]): readonly Member[] {
  return outside(party) ? [] : ofTier(members, party).filter((member) => member.name !== self.name);
}

/** Compiles the graph for one member. Flows whose other end has no member (a tier of one talking to itself) vanish. */
export function rulesOf(graph: FlowGraph, self: Member, members: readonly Member[]): MemberRules {
  const compile = (own: "from" | "to", other: "from" | "to") =>
    graph.flows
      .filter((flow) => flow[own] === self.tier)
      .map((flow): Rule => ({ flow, peer: flow[other], peers: peersOf(flow[other], self, members) }))
      .filter((rule) => outside(rule.peer) || rule.peers.length > 0);
  return { ingress: compile("to", "from"), egress: compile("from", "to") };
}

/** `tcp/443`, `vrrp` */
export function portText(port: Port): string {
  return "number" in port ? `${port.protocol}/${port.number}` : port.protocol;
}

/** One cell of the firewall matrix: from a member or outside party to a member or outside party. */
export interface MatrixRow {
  readonly from: string;
  readonly to: string;
  readonly port: string;
  readonly why: string;
}

/** The whole graph by member: what the `firewallMatrix` output shows. Anything absent is refused. */
export function matrixOf(graph: FlowGraph, members: readonly Member[]): readonly MatrixRow[] {
  const names = (party: Party) =>
    outside(party) ? [party] : ofTier(members, party).map((member) => member.name);
  return graph.flows.flatMap((flow) =>
    names(flow.from).flatMap((from) =>
      names(flow.to)
        .filter((to) => to !== from)
        .map((to) => ({ from, to, port: portText(flow.port), why: flow.why })),
    ),
  );
}
