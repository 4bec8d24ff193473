/** HTTPS requests to a stack on this machine, with its authority and the real name. */
import { request as plainRequest } from "node:http";
import { Agent, request } from "node:https";
import { type ConnectionOptions, connect, type PeerCertificate } from "node:tls";

/** Where and whom to ask. */
export interface Target {
  /** Name in the certificate and in the Host header. */
  readonly name: string;
  readonly port: number;
  /** PEM of the stack's authority. */
  readonly ca: string;
}

/** One answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** How to ask. */
export interface Ask {
  readonly method?: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds; default 15 000. */
  readonly timeout?: number;
  readonly agent?: Agent;
  /** Loopback address to ask from: the visitor's address. Default 127.0.0.1. */
  readonly from?: string;
}

/** A pool of kept connections. */
export const keepAlive = (maxSockets: number) => new Agent({ keepAlive: true, maxSockets });

/** One request over HTTPS; rejects when there is no answer or the certificate is not the stack's. */
export function ask(
  target: Target,
  { method = "GET", path, headers = {}, body, timeout = 15_000, agent, from }: Ask,
): Promise<Answer> {
  return new Promise((done, fail) => {
    const call = request(
      {
        host: "127.0.0.1",
        port: target.port,
        ca: target.ca,
        servername: target.name,
        method,
        path,
        timeout,
        agent: agent ?? false,
        ...(from === undefined ? {} : { localAddress: from }),
        headers: {
          host: `${target.name}:${target.port}`,
          ...(body === undefined
            ? {}
            : { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) }),
          ...headers,
        },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        response.on("end", () =>
          done({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        );
        response.on("error", fail);
      },
    );
    call.on("timeout", () => call.destroy(new Error(`no answer within ${timeout} ms`)));
    call.on("error", fail);
    call.end(body);
  });
}

/** One request without TLS, to the redirecting port. */
export function askPlain(name: string, port: number, path: string): Promise<Answer> {
  return new Promise((done, fail) => {
    const call = plainRequest(
      { host: "127.0.0.1", port, path, headers: { host: `${name}:${port}` }, agent: false, timeout: 5000 },
      (response) => {
        response.resume();
        response.on("end", () =>
          done({ status: response.statusCode ?? 0, headers: response.headers, body: "" }),
        );
      },
    );
    call.on("error", fail);
    call.end();
  });
}

/** The certificate that the target shows, and the version and protocol that were agreed on. */
export function handshake(
  target: Target,
  options: Pick<ConnectionOptions, "minVersion" | "maxVersion" | "ALPNProtocols"> = {},
): Promise<{
  readonly certificate: PeerCertificate;
  readonly version: string | null;
  readonly protocol: string;
}> {
  return new Promise((done, fail) => {
    const socket = connect({
      host: "127.0.0.1",
      port: target.port,
      ca: target.ca,
      servername: target.name,
      ...options,
    });
    socket.once("secureConnect", () => {
      done({
        certificate: socket.getPeerCertificate(),
        version: socket.getProtocol(),
        protocol: socket.alpnProtocol || "",
      });
      socket.destroy();
    });
    socket.once("error", fail);
  });
}
