/**
 * What a host's port of the stack's switch takes from it: packets of the addresses that are the host's, and of nothing
 * else. The filter stands in the sandbox, outside of every host, so that not even root of a host passes itself off as another.
 */

const table = "bridge ports";

/** Name of a host's port, and of the chain that looks at what arrives there. */
export const portName = (number: number): string => `v${number}`;

/**
 * Text of the commands that let a host's port take only what comes from its card and its addresses; safe to repeat.
 * @param host its network namespace
 * @param addresses IPv4 addresses without prefix length
 */
export function guardScript(host: string, number: number, addresses: readonly string[]): string {
  const port = portName(number);
  const own = `{ ${addresses.join(", ")} }`;
  return [
    `card=$(nsenter --net=/run/netns/${host} ip -o link show eth0 | sed -n 's/.* link\\/ether \\([0-9a-f:]*\\).*/\\1/p')`,
    "nft -f - <<END",
    `table ${table} {`,
    "  map guarded { type ifname : verdict; }",
    // A port without a chain is one that has not been guarded yet.
    "  chain arriving { type filter hook prerouting priority filter; }",
    `  chain ${port} { }`,
    "}",
    `flush chain ${table} arriving`,
    `add rule ${table} arriving iifname vmap @guarded`,
    `flush chain ${table} ${port}`,
    `add rule ${table} ${port} ether saddr $card arp saddr ip ${own} accept`,
    `add rule ${table} ${port} ether saddr $card ip saddr ${own} accept`,
    `add rule ${table} ${port} drop`,
    `add element ${table} guarded { "${port}" : jump ${port} }`,
    "END",
  ].join("\n");
}

/** Text of the commands that forget the guard of a port that goes; safe to repeat. */
export function unguardScript(number: number): string {
  const port = portName(number);
  return [
    `nft delete element ${table} guarded '{ "${port}" }' 2>/dev/null || true`,
    `nft delete chain ${table} ${port} 2>/dev/null || true`,
  ].join("\n");
}

/** Command that prints the guard of a port. */
export const guardQuery = (number: number): string =>
  `nft list chain ${table} ${portName(number)}; nft get element ${table} guarded '{ "${portName(number)}" }'`;

/** Whether `guardQuery` printed a guard that lets these addresses through and no others. */
export function guards(printed: string, number: number, addresses: readonly string[]): boolean {
  const taken = [...printed.matchAll(/\bip saddr (?:\{ ([^}]+) \}|(\S+)) accept/g)];
  const listed = taken.map(([, several, one]) => (several ?? one ?? "").split(", ").sort().join());
  return (
    listed.length > 0 &&
    listed.every((each) => each === [...addresses].sort().join()) &&
    printed.includes(`jump ${portName(number)}`)
  );
}
