/** The way from the machine's loopback ports into the stack's own network, and out to named servers: TCP only, decrypts nothing. */
import type { Layout } from "../layout.ts";
import { type ServiceSpec, serviceSpec } from "../service.ts";
import { globalSection, section } from "./common.ts";

/** One port that is passed on into the stack. */
export interface GatewayListener {
  readonly name: string;
  /** `fd@3`, an inherited listening socket, or `127.0.0.1:8443`. */
  readonly bind: string;
  /** `address:port` that it is passed on to. */
  readonly target: string;
  /** Whether the target is told the visitor's address by the PROXY protocol, version 2. */
  readonly proxyProtocol: boolean;
}

/** A server outside that hosts of the stack may reach. */
export interface GatewayExit {
  /** The name that a caller asks for by TLS (SNI); null for one that is reached by the gateway's own name. */
  readonly name: string | null;
  readonly port: number;
  /** Unix socket that leads there. */
  readonly socket: string;
}

/** What a gateway is told. */
export interface GatewayInput {
  readonly listeners: readonly GatewayListener[];
  readonly exits: readonly GatewayExit[];
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

const configurationPath = (layout: Layout) => `${layout.etc}/gateway/haproxy.cfg`;

/** Configuration file of the gateway. */
export function renderGateway({ listeners, exits }: GatewayInput): string {
  const exitPorts = [...new Set(exits.map(({ port }) => port))];
  return [
    globalSection({ connections: 10_000, threads: 1, minimumTlsVersion: "1.2", socket: null }),
    section("defaults", [
      "mode tcp",
      "log global",
      "option dontlognull",
      "timeout client 5m",
      "timeout server 5m",
      "timeout connect 300ms",
      // While the virtual address moves from one balancer to the other, a new visitor waits instead of being refused.
      "retries 10",
    ]),
    ...listeners.map(({ name, bind, target, proxyProtocol }) =>
      section(`listen ${name}`, [
        `bind ${bind}`,
        `server target ${target}${proxyProtocol ? " send-proxy-v2" : ""}`,
      ]),
    ),
    ...exitPorts.flatMap((port) =>
      exitSections(
        port,
        exits.filter((exit) => exit.port === port),
      ),
    ),
  ].join("");
}

/** Configuration at `etc/gateway/haproxy.cfg`; inherited sockets come from the supervisor at each start. */
export function gatewayService(layout: Layout): ServiceSpec {
  const configuration = configurationPath(layout);
  return serviceSpec({
    name: "gateway",
    // Not checked before: a checker has not inherited the sockets. No master process: it would start its workers without the inherited sockets after a reload.
    command: ["haproxy", "-db", "-f", configuration],
    user: "haproxy",
  });
}
