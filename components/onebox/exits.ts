/** Servers outside the stack that it may reach: by the gateway, and through it by the machine's own network. Pure. */
import { createHash } from "node:crypto";
import { isLoopback } from "../../config/loopback.ts";
import type { ReceiverServer } from "../../hosts/alertmanager.ts";
import type { GatewayExit } from "../../hosts/haproxy/exits.ts";
import { ports } from "../../hosts/ports.ts";

/** Name of the host through which the machine's loopback enters, and by which the stack gets out. */
export const gatewayName = "gateway";

/** Where the gateway finds the sockets that lead out, from its host's folder. */
export const exitsFolder = "exits";

/** One way out. */
export interface Exit {
  /** Where it leads, `host:port`, by the machine's own network. */
  readonly server: string;
  /** Port at which the gateway takes who wants to go there. */
  readonly port: number;
  /** The name that a caller asks for by TLS; null for one that is reached by the gateway's own name. */
  readonly name: string | null;
}

function parts(server: string): { host: string; port: number } {
  const [host = "", port = ""] = server.split(":");
  return { host, port: Number(port) };
}

/** A receiver as the monitor reaches it. This machine's own loopback is the gateway's name, and needs no TLS. */
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
    readonly heartbeat?: { readonly server: string } | undefined;
  };
}

/** Servers, `host:port`, that receive alerts, each once. */
export function receiversOf({ alerts }: AlertServers): readonly string[] {
  const { email, webhooks, slack, heartbeat } = alerts;
  const all = [...(email ? [email] : []), ...webhooks, ...slack, ...(heartbeat ? [heartbeat] : [])];
  return [...new Set(all.map(({ server }) => server))];
}

/** The way to somebody who is told of alerts. */
function receiverExit(server: string): Exit {
  const { host, port } = parts(server);
  return { server, port, name: isLoopback(host) ? null : host };
}

/** The way to an HTTP Source of Sumo Logic: its URL's port may be any, the gateway's is always that of HTTPS. */
function sumoExit(url: string): Exit {
  const { hostname, port } = new URL(url);
  return { server: `${hostname}:${port === "" ? ports.https : port}`, port: ports.https, name: hostname };
}

/**
 * Every way out, each once.
 * @param receivers servers that receive alerts, `host:port`
 * @param sumoLogic URL of an HTTP Source; undefined for none
 */
export function exitsOf(receivers: readonly string[], sumoLogic?: string): readonly Exit[] {
  const all = [...receivers.map(receiverExit), ...(sumoLogic === undefined ? [] : [sumoExit(sumoLogic)])];
  const key = ({ port, name }: Exit) => `${port} ${name}`;
  return [...new Map(all.map((exit) => [key(exit), exit])).values()];
}

/** Names of servers outside that the monitor asks for: the gateway's address is theirs. */
export function exitNames(exits: readonly Exit[]): readonly string[] {
  return exits.flatMap(({ name }) => (name === null || isLoopback(name) ? [] : [name]));
}

/** Name of the socket that leads to a server: the same one as long as the server is. */
const socketOf = (server: string) => createHash("sha256").update(server).digest("hex").slice(0, 16);

/** Servers by the names of the sockets that lead to them. */
export function exitSockets(exits: readonly Exit[]): Readonly<Record<string, string>> {
  return Object.fromEntries(exits.map(({ server }) => [socketOf(server), server]));
}

/** The ways out as the gateway serves them. */
export function gatewayExits(exits: readonly Exit[], folder: string): readonly GatewayExit[] {
  return exits.map(({ port, name, server }) => ({ name, port, socket: `${folder}/${socketOf(server)}` }));
}
