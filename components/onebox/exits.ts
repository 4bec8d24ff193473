/** Servers outside the stack that it may reach: by the gateway, and through it by the machine's own network. Pure. */
import type { ReceiverServer } from "../../hosts/alertmanager.ts";
import type { GatewayExit } from "../../hosts/haproxy/gateway.ts";

/** Name of the host through which the machine's loopback enters, and by which the stack gets out. */
export const gatewayName = "gateway";

/** Where the gateway finds the ways out; the sandbox makes them. */
export const exitsFolder = "exits";

const isLoopback = (host: string) => host === "localhost" || host === "127.0.0.1";

function parts(server: string): { host: string; port: number } {
  const [host = "", port = ""] = server.split(":");
  return { host, port: Number(port) };
}

/** A server as the monitor reaches it. This machine's own loopback is the gateway's name, and needs no TLS. */
export function reachedBy(server: string): ReceiverServer {
  const { host, port } = parts(server);
  return isLoopback(host) ? { host: gatewayName, port, tls: false } : { host, port, tls: true };
}

/** The receivers' servers, whatever else is known of them. */
interface AlertServers {
  readonly alerts: {
    readonly email?: { readonly server: string } | undefined;
    readonly webhooks: readonly { readonly server: string }[];
    readonly slack: readonly { readonly server: string }[];
  };
}

/** Servers, `host:port`, that receive alerts, each once. */
export function receiversOf({ alerts }: AlertServers): readonly string[] {
  const { email, webhooks, slack } = alerts;
  const all = [...(email ? [email] : []), ...webhooks, ...slack];
  return [...new Set(all.map(({ server }) => server))];
}

/** The ways out as the gateway serves them. */
export function gatewayExits(servers: readonly string[], folder: string): readonly GatewayExit[] {
  return servers.map((server, index) => {
    const { host, port } = parts(server);
    return { name: isLoopback(host) ? null : host, port, socket: `${folder}/${index}` };
  });
}
