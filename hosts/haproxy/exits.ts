/**
 * The way from the stack's own network out to named servers: TCP only, decrypts nothing. A process of its own, apart from
 * the gateway's: a change of who is told of alerts is no affair of visitors.
 */
import type { Layout } from "../layout.ts";
import { type ServiceSpec, serviceSpec } from "../service.ts";
import { globalSection, haproxyCheck, haproxyCommand, passingOn, section } from "./common.ts";

/** A server outside that hosts of the stack may reach. */
export interface GatewayExit {
  /** The name that a caller asks for by TLS (SNI); null for one that is reached by the gateway's own name. */
  readonly name: string | null;
  readonly port: number;
  /** Unix socket that leads there. */
  readonly socket: string;
}

/** How long a caller may take to say whom it wants. */
const helloWait = "5s";

/** One port of the ways out. Only where several share it must a caller name the one it wants. */
function exitSections(port: number, exits: readonly GatewayExit[]): readonly string[] {
  const backend = ({ name }: GatewayExit) => `exit-${port}-${name ?? "machine"}`;
  const [only, ...others] = exits;
  const fallback = others.length === 0 ? only : exits.find(({ name }) => name === null);
  const byName = exits.filter((exit) => exit !== fallback);
  return [
    section(`frontend exits-${port}`, [
      `bind :${port}`,
      ...(byName.length === 0
        ? []
        : [
            `tcp-request inspect-delay ${helloWait}`,
            "tcp-request content accept if { req.ssl_hello_type 1 }",
          ]),
      ...byName.map((exit) => `use_backend ${backend(exit)} if { req.ssl_sni -i ${exit.name} }`),
      ...(fallback === undefined ? [] : [`default_backend ${backend(fallback)}`]),
    ]),
    ...exits.map((exit) => section(`backend ${backend(exit)}`, [`server it unix@${exit.socket}`])),
  ];
}

/** Where the configuration lies. */
export const exitsConfiguration = (layout: Layout): string => `${layout.etc}/exits/haproxy.cfg`;

/** Configuration file of the ways out; there is at least one. */
export function renderExits(exits: readonly GatewayExit[]): string {
  const exitPorts = [...new Set(exits.map(({ port }) => port))];
  return [
    globalSection({ connections: 1000, threads: 1, minimumTlsVersion: "1.2", socket: null }),
    passingOn,
    ...exitPorts.flatMap((port) =>
      exitSections(
        port,
        exits.filter((exit) => exit.port === port),
      ),
    ),
  ].join("");
}

/** The process that serves them. */
export function exitsService(layout: Layout): ServiceSpec {
  const configuration = exitsConfiguration(layout);
  return serviceSpec({
    name: "exits",
    command: haproxyCommand(configuration),
    user: "haproxy",
    reload: "USR2",
    validate: haproxyCheck(configuration),
  });
}
