/** A host's packet filter: nothing passes, in or out, but the flows that are listed. */
import type { ServiceUser } from "./layout.ts";

/** One permitted flow as the host sees it. */
export interface FirewallFlow {
  /** Name of its counter: a letter, then letters, digits, `-` and `_`; unique per direction. */
  readonly name: string;
  /** IPv4 addresses or ranges (CIDR) at the other end; at least one. */
  readonly peers: readonly string[];
  readonly protocol: "tcp" | "udp" | "vrrp" | "icmp";
  /** Destination port; tcp and udp only. */
  readonly port?: number;
  /** Why it is permitted: the rule's comment. */
  readonly why: string;
  /** Users of the host whose processes have no use for it and are refused; out only. They must be there. */
  readonly refusedUsers?: readonly ServiceUser[];
}

/** What a host lets in and out. */
export interface FirewallInput {
  readonly ingress: readonly FirewallFlow[];
  readonly egress: readonly FirewallFlow[];
}

/** Netlink group to which refused packets are logged; ulogd2 listens to it. */
export const deniedLogGroup = 1;

/** Refused packets that are logged: enough to see who tries what, too few to fill a disk. All of them are counted. */
const deniedLogRate = "limit rate 10/second burst 20 packets";

/**
 * Other ends and ports of refused TCP and UDP, each with a count, so that who tries what can be told. So many at most
 * (a scan of a thousand ports, read in 20 ms of the processor), forgotten after an hour without a packet: what has no
 * room is still counted by direction.
 */
export const deniedFlows = (direction: Direction): string => `denied_${direction}_flows`;
const mostDeniedFlows = 1024;

const deniedFlowsSet = (direction: Direction): string[] => [
  `set ${deniedFlows(direction)} {`,
  "  type ipv4_addr . inet_proto . inet_service",
  `  size ${mostDeniedFlows}`,
  "  flags dynamic,timeout",
  "  timeout 1h",
  "}",
];

/** nftables refuses comments beyond 128 bytes. */
const commentLength = 127;

type Direction = "in" | "out";

const counterName = (direction: Direction, name: string) => `${direction}_${name.replaceAll("-", "_")}`;

const comment = (text: string) =>
  `comment "${text
    .replaceAll(/[^\x20-\x7e]/g, "")
    .replaceAll('"', "'")
    .slice(0, commentLength)}"`;

function findingsOf(direction: Direction, flows: readonly FirewallFlow[]): string[] {
  const names = flows.map(({ name }) => counterName(direction, name));
  return flows.flatMap(({ name, peers, protocol, port }, index) => {
    const at = `${direction === "in" ? "ingress" : "egress"}[${index}] (${name})`;
    const ported = protocol === "tcp" || protocol === "udp";
    return [
      ...(/^[a-z][a-z0-9_-]*$/i.test(name) ? [] : [`${at}: the name is not letters, digits, - and _`]),
      ...(names.indexOf(counterName(direction, name)) < index ? [`${at}: the name is there twice`] : []),
      ...(peers.length > 0 ? [] : [`${at}: has no peer; name an address or a range`]),
      ...peers
        .filter((peer) => !/^\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?$/.test(peer))
        .map((peer) => `${at}: ${peer} is not an IPv4 address or range`),
      ...(ported === (port !== undefined)
        ? []
        : [`${at}: ${ported ? "needs a port" : `${protocol} has no port`}`]),
    ];
  });
}

function match({ protocol, port }: FirewallFlow): string {
  if (protocol === "vrrp") return "ip protocol vrrp";
  if (protocol === "icmp") return "icmp type echo-request";
  return `${protocol} dport ${port}`;
}

/** Matches of the other end, a rule each: ranges apart, since a set refuses ranges that overlap. */
function ends(side: "saddr" | "daddr", peers: readonly string[]): string[] {
  const addresses = [...new Set(peers.filter((peer) => !peer.includes("/")))];
  const ranges = [...new Set(peers.filter((peer) => peer.includes("/")))];
  return [
    ...(addresses.length > 0 ? [`ip ${side} { ${addresses.join(", ")} }`] : []),
    ...ranges.map((range) => (range.endsWith("/0") ? "meta nfproto ipv4" : `ip ${side} ${range}`)),
  ];
}

function rules(direction: Direction, flow: FirewallFlow): string[] {
  // VRRP advertisements are not connections: tracking them would expire between two of them.
  const state = flow.protocol === "vrrp" ? "" : " ct state new";
  const { refusedUsers = [] } = flow;
  const users = refusedUsers.length === 0 ? "" : ` meta skuid != { ${refusedUsers.join(", ")} }`;
  const verdict = `counter name ${counterName(direction, flow.name)} accept ${comment(flow.why)}`;
  return ends(direction === "in" ? "saddr" : "daddr", flow.peers).map(
    (end) => `${end} ${match(flow)}${state}${users} ${verdict}`,
  );
}

/** What the kernel sends on every interface with IPv6 and nobody here answers: not an attack, so not counted as one. */
const housekeeping =
  'meta nfproto ipv6 icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert, mld2-listener-report, mld-listener-report } drop comment "IPv6 is not used; the kernel still asks"';

function chain(direction: Direction, flows: readonly FirewallFlow[]): string[] {
  const hook = direction === "in" ? "input" : "output";
  const device = direction === "in" ? "iif" : "oif";
  // A local program that is not permitted to connect is told at once instead of waiting for a timeout.
  const refuse = direction === "in" ? "drop" : "reject with icmpx admin-prohibited";
  return [
    `chain ${hook} {`,
    `  type filter hook ${hook} priority filter; policy drop;`,
    '  ct state established,related accept comment "replies, and errors about them"',
    `  ${device} lo accept comment "the host itself"`,
    ...flows.flatMap((flow) => rules(direction, flow)).map((line) => `  ${line}`),
    `  ${housekeeping}`,
    `  meta l4proto { tcp, udp } update @${deniedFlows(direction)} { ip ${direction === "in" ? "saddr" : "daddr"} . meta l4proto . th dport counter }`,
    `  counter name denied_${direction} ${comment("everything else is refused and counted")}`,
    `  ${deniedLogRate} log prefix "denied ${direction} " group ${deniedLogGroup}`,
    `  ${refuse}`,
    "}",
  ];
}

/**
 * The rule set, without a leading flush. Counters: `in_<name>`, `out_<name>`, `denied_in`, `denied_out`
 * (hyphens of a name become underscores).
 * @throws Error with every flow that has no peer, a bad name, or a port where none belongs.
 */
export function renderNftables({ ingress, egress }: FirewallInput): string {
  const findings = [...findingsOf("in", ingress), ...findingsOf("out", egress)];
  if (findings.length > 0) throw new Error(`the firewall's flows are not valid:\n  ${findings.join("\n  ")}`);
  const counters = [
    ...ingress.map(({ name }) => counterName("in", name)),
    ...egress.map(({ name }) => counterName("out", name)),
    "denied_in",
    "denied_out",
  ];
  const body = [
    ...counters.map((name) => `counter ${name} { }`),
    ...deniedFlowsSet("in"),
    ...deniedFlowsSet("out"),
    ...chain("in", ingress),
    "chain forward {",
    "  type filter hook forward priority filter; policy drop;",
    "}",
    ...chain("out", egress),
  ];
  return `table inet firewall {\n${body.map((line) => `  ${line}`).join("\n")}\n}\n`;
}
