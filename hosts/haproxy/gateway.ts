/** The way from the machine's loopback ports into the stack's own network: TCP only, decrypts nothing. */
import type { Layout } from "../layout.ts";
import { type ServiceSpec, serviceSpec } from "../service.ts";
import { globalSection, passingOn, section } from "./common.ts";

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

const configurationPath = (layout: Layout) => `${layout.etc}/gateway/haproxy.cfg`;

/** Configuration file of the gateway. */
export function renderGateway(listeners: readonly GatewayListener[]): string {
  return [
    globalSection({ connections: 10_000, threads: 1, minimumTlsVersion: "1.2", socket: null }),
    passingOn,
    ...listeners.map(({ name, bind, target, proxyProtocol }) =>
      section(`listen ${name}`, [
        `bind ${bind}`,
        `server target ${target}${proxyProtocol ? " send-proxy-v2" : ""}`,
      ]),
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
