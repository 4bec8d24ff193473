/** The clouds that keep the contract: a new one is one more entry. */
export interface CloudUnderContract {
  readonly cloud: string;
  /** Committed stack whose configuration is taken. */
  readonly stack: string;
  /** The same with one more web server, `web-4` in zone a. */
  readonly withOneMore: Readonly<Record<string, unknown>>;
  /** The same as `withOneMore`, its lines in another order. */
  readonly swapped: Readonly<Record<string, unknown>>;
  /** The same without `web-1`. */
  readonly withoutFirst: Readonly<Record<string, unknown>>;
}

const webServers = ["a", "b", "c", "a"].map((zone, index) => ({
  name: `web-${index + 1}`,
  role: "web",
  zone,
}));

const oneboxOthers = [
  { name: "lb-1", role: "balancer", zone: "a" },
  { name: "lb-2", role: "balancer", zone: "b" },
  { name: "db-1", role: "database", zone: "a" },
  { name: "db-2", role: "database", zone: "b" },
  { name: "db-3", role: "database", zone: "c" },
  { name: "monitor", role: "monitor", zone: "a" },
];

const variants = (servers: readonly { readonly name: string }[]) => ({
  withOneMore: { servers },
  swapped: { servers: servers.toReversed() },
  withoutFirst: { servers: servers.filter(({ name }) => name !== "web-1") },
});

export const clouds: readonly CloudUnderContract[] = [
  { cloud: "onebox", stack: "dev", ...variants([...oneboxOthers, ...webServers]) },
  { cloud: "aws", stack: "staging", ...variants(webServers) },
];
