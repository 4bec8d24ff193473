/**
 * The way of a request as real processes: a balancer before two web servers, in a network namespace of their own, with
 * the application in the test itself. Unix sockets lead in and out.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import type { Socket } from "node:net";
import { getuid } from "node:process";
import type { Duplex } from "node:stream";
import { connect, type TLSSocket } from "node:tls";
import { renderBalancer } from "../../../../hosts/haproxy/balancer.ts";
import { layoutUnder } from "../../../../hosts/layout.ts";
import { renderWebServer, type WebServerInput } from "../../../../hosts/nginx/web.ts";
import { tlsFiles, tlsPaths } from "../../../../hosts/tlsFiles.ts";
import { until } from "../../../../provider/system.ts";
import { type RunResult, run } from "../../../../tools/run.ts";
import { inUserland } from "../../../../tools/userland/command.ts";
import { Workplace } from "./workplace.ts";

const domain = "www.foobar.com";
const balancer = { name: "lb-1", address: "10.77.0.11" };
const webs = [
  { name: "web-1", address: "10.77.1.11" },
  { name: "web-2", address: "10.77.1.12" },
];

/** What becomes of one request. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** One answer; `whole` when it ended as it should. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly whole: boolean;
}

/** Which chain is stood up: by HAProxy as on onebox, or one web server alone as AWS's balancers meet it. */
export type Kind = "reencrypt" | "passthrough" | "alone";

/** Every time in a configuration divided, so that what takes a minute takes a moment. */
const quicker = (text: string, divisor: number) =>
  text.replaceAll(
    /(timeout [a-z-]*\s*|_timeout )(\d\d+)s/g,
    (_, head: string, seconds: string) => `${head}${Math.ceil((Number(seconds) * 1000) / divisor)}ms`,
  );

/** A running chain. */
export class Chain {
  readonly place = new Workplace();
  /** Requests that the application began. */
  begun: string[] = [];
  handler: Handler = (_, response) => response.end("ok");
  upgrade: (request: IncomingMessage, socket: Duplex) => void = (_, socket) => socket.destroy();
  /** What the processes said. */
  said = "";
  private process: ChildProcess | null = null;
  private readonly application = createServer((incoming, response) => {
    if (incoming.url === "/health/ready") {
      response.end("{}");
      return;
    }
    this.begun.push(`${incoming.method} ${incoming.url}`);
    this.handler(incoming, response);
  });
  readonly kind: Kind;

  constructor(kind: Kind) {
    this.kind = kind;
    this.application.on("upgrade", (incoming: IncomingMessage, socket: Duplex) => {
      this.begun.push(`UPGRADE ${incoming.url}`);
      this.upgrade(incoming, socket);
    });
  }

  /** @param divisor by which all times are divided */
  async start(divisor = 1, more: Partial<WebServerInput> = {}): Promise<void> {
    const { place } = this;
    const pem = this.certificate();
    const tls = (root: string, owner: string) => {
      const paths = tlsPaths(layoutUnder(root, "node"), owner);
      place.put(tlsFiles(paths, pem, "haproxy"));
      return paths;
    };
    const limits = { requestsPer10s: 100_000, connections: 1000, bodyKiB: 64, finishSeconds: 20 };
    const socket = `${place.root}/application.sock`;
    const passthrough = this.kind === "passthrough";
    const parts = webs.map(({ name, address }) => {
      const root = `${place.root}/${name}`;
      place.folders(`${name}/run/web`, `${name}/log/own/web`, "public");
      const text = renderWebServer({
        layout: layoutUnder(root, "node"),
        domain,
        tlsMode: passthrough ? "passthrough" : "reencrypt",
        minimumTlsVersion: "1.2",
        serviceTls: tls(root, "web"),
        visitorTls: tls(root, "visitor"),
        balancers: this.kind === "alone" ? [] : [balancer],
        balancerRanges: this.kind === "alone" ? ["127.0.0.0/8"] : [],
        publicDirectory: `${place.root}/public`,
        applicationSocket: socket,
        limits,
        workers: 1,
        ...more,
      });
      const own = quicker(text, divisor).replaceAll(/listen (\d+)/g, `listen ${address}:$1`);
      return `nginx -e stderr -c ${place.text(`${name}/nginx.conf`, own)}`;
    });
    if (this.kind !== "alone") {
      place.folders("lb-1/run/balancer");
      const text = renderBalancer({
        layout: layoutUnder(`${place.root}/lb-1`, "node"),
        host: balancer.name,
        domain,
        addresses: [balancer.address],
        gateways: [],
        tlsMode: passthrough ? "passthrough" : "reencrypt",
        minimumTlsVersion: "1.2",
        visitorTls: tls(`${place.root}/lb-1`, "visitor"),
        serviceTls: tls(`${place.root}/lb-1`, "balancer"),
        servers: webs,
        limits,
        redirectPorts: { 80: 8443 },
        threads: 1,
        slowStartMs: 100,
      });
      parts.push(`haproxy -W -db -f ${place.text("lb-1/haproxy.cfg", quicker(text, divisor))}`);
    }
    this.application.listen(socket);
    const target = this.kind === "alone" ? "10.77.1.11" : balancer.address;
    const addresses = [balancer, ...webs].map(({ address }) => `ip address add ${address}/8 dev lo`);
    const script = [
      "ip link set lo up",
      ...addresses,
      ...parts.map((command) => `${command} &`),
      `socat -t 600 UNIX-LISTEN:${this.entrance("https")},fork TCP:${target}:443 &`,
      `socat -t 600 UNIX-LISTEN:${this.entrance("http")},fork TCP:${target}:80 &`,
      // All end with the test: its end closes the input.
      "cat > /dev/null; kill $(jobs -p)",
    ].join("\n");
    const user = getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
    const [program = "", ...rest] = inUserland([
      "unshare",
      ...user,
      ...["--net", "--pid", "--fork", "--kill-child", "--", "bash", "-c", script],
    ]);
    this.process = spawn(program, rest, { stdio: ["pipe", "pipe", "pipe"] });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.said += text;
      });
    this.handler = (_, response) => response.end("ok");
    await until("the chain", 20_000, async () => {
      if (!existsSync(this.entrance("https"))) return "no socket yet";
      const { status } = await this.ask("/health/ready").catch(() => ({ status: 0 }));
      return status === 200 ? null : `${status} ${this.said.slice(0, 1000)}`;
    });
    this.begun = [];
  }

  private entrance(name: string): string {
    return `${this.place.root}/${name}.sock`;
  }

  private certificate(): { certificate: string; key: string; ca: string } {
    const { text } = this.place.run([
      ...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
      ...["-subj", "/CN=lb-1", "-days", "2", "-keyout", "-", "-out", "-"],
      ...["-addext", `subjectAltName=DNS:${domain},DNS:web-1,DNS:web-2,DNS:localhost`],
    ]);
    const [key = "", certificate = ""] = ["PRIVATE KEY", "CERTIFICATE"].map(
      (kind) => text.match(new RegExp(`-----BEGIN ${kind}-----[\\s\\S]*?-----END ${kind}-----`))?.[0],
    );
    return { certificate, key, ca: certificate };
  }

  /** A TLS connection of a visitor's own. */
  dial(protocols: readonly string[] = ["http/1.1"]): TLSSocket {
    const socket = connect({
      path: this.entrance("https"),
      servername: domain,
      ALPNProtocols: [...protocols],
      rejectUnauthorized: false,
    });
    socket.on("error", () => undefined);
    return socket;
  }

  /** One request on a connection of its own. Rejects when there is no answer at all. */
  ask(
    path: string,
    {
      method = "GET",
      headers = {},
      body,
      host = domain,
    }: {
      readonly method?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly host?: string;
    } = {},
  ): Promise<Answer> {
    return new Promise((done, fail) => {
      const call = request(
        {
          createConnection: () => this.dial(),
          method,
          path,
          headers: {
            host,
            ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
            ...headers,
          },
          maxHeaderSize: 1_000_000,
        },
        (response) => {
          let text = "";
          const end = (whole: boolean) =>
            done({ status: response.statusCode ?? 0, headers: response.headers, body: text, whole });
          response.setEncoding("utf8").on("data", (part: string) => {
            text += part;
          });
          response.on("end", () => end(response.complete));
          response.on("error", () => end(false));
        },
      );
      call.on("error", fail);
      call.end(body);
    });
  }

  /** What a program of the userland says that is told the socket by which visitors come in over TLS. */
  visit(command: (socket: string) => readonly string[]): Promise<RunResult> {
    return run(inUserland(command(this.entrance("https"))));
  }

  /** One request without TLS. */
  askPlain(path: string): Promise<Answer> {
    return new Promise((done, fail) => {
      const call = request(
        { socketPath: this.entrance("http"), path, headers: { host: domain } },
        (response) => {
          response.resume();
          response.on("end", () =>
            done({ status: response.statusCode ?? 0, headers: response.headers, body: "", whole: true }),
          );
        },
      );
      call.on("error", fail);
      call.end();
    });
  }

  /** A session of HTTP/2. */
  http2(): ClientHttp2Session {
    const session = connectHttp2(`https://${domain}`, { createConnection: () => this.dial(["h2"]) });
    session.on("error", () => undefined);
    return session;
  }

  /** Lines of the access logs that are JSON, by what the process wrote: the balancer's, or the web servers'. */
  log(of: "balancer" | "web"): readonly string[] {
    const text =
      of === "balancer"
        ? this.said
        : webs.map(({ name }) => readLog(`${this.place.root}/${name}/log/own/web/access.json`)).join("");
    return text.split("\n").filter((line) => line.startsWith("{"));
  }

  /** Ends the application as a crash does: its socket is there, and nobody listens. */
  async endApplication(): Promise<void> {
    this.application.closeAllConnections();
    await new Promise((done) => this.application.close(done));
  }

  async stop(): Promise<void> {
    this.process?.stdin?.end();
    this.process?.kill("SIGTERM");
    this.application.closeAllConnections();
    this.application.close();
    const { process } = this;
    if (process !== null && process.exitCode === null && process.signalCode === null)
      await new Promise((done) => process.once("exit", done));
    rmSync(this.place.root, { recursive: true, force: true });
  }
}

function readLog(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

/** Answers a WebSocket's handshake and sends back each byte. */
export function echo(incoming: IncomingMessage, socket: Duplex): void {
  const key = incoming.headers["sec-websocket-key"] ?? "";
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.on("error", () => undefined);
  socket.pipe(socket);
}

/** Asks for a WebSocket at a path. @returns the status line, and the connection as it then is */
export async function openWebSocket(
  chain: Chain,
  path: string,
): Promise<{ readonly status: string; readonly socket: Socket }> {
  const socket = chain.dial();
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${domain}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
  const [head] = await new Promise<[Buffer]>((done, fail) => {
    socket.once("data", (data: Buffer) => done([data]));
    socket.once("close", () => fail(new Error("closed before an answer")));
  });
  return { status: head.toString().split("\r\n")[0] ?? "", socket };
}
