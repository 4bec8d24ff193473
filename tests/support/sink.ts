/** A stand-in for Sumo Logic's HTTP Source on this machine's loopback, over HTTPS; refuses when told. */
import type { IncomingHttpHeaders } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { type Pair, selfSigned } from "./selfSigned.ts";

/** One request that was taken. */
export interface Taken {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly lines: readonly string[];
}

/** The sink. */
export class Sink {
  readonly certificate: string;
  readonly taken: Taken[] = [];
  /** When each request came that was answered with 503, milliseconds. */
  readonly refusals: number[] = [];
  refuses = false;
  private readonly key: string;
  private server: Server | null = null;
  private kept = 0;

  private constructor(certificate: string, key: string) {
    this.certificate = certificate;
    this.key = key;
  }

  /** @param pair its certificate; default one of its own */
  static async open(pair?: Pair): Promise<Sink> {
    const { certificate, key } = pair ?? (await selfSigned());
    const sink = new Sink(certificate, key);
    await sink.listen();
    return sink;
  }

  /** Loopback port, the same for the sink's whole life. */
  get port(): number {
    return this.kept;
  }

  /** Listens (again). */
  async listen(): Promise<void> {
    const server = createServer({ cert: this.certificate, key: this.key }, (request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        if (this.refuses) {
          this.refusals.push(Date.now());
          response.writeHead(503).end();
          return;
        }
        const lines = Buffer.concat(parts).toString("utf8").split("\n");
        this.taken.push({ path: request.url ?? "", headers: request.headers, lines });
        // The word without which Alertmanager does not believe a Slack.
        response.writeHead(200).end("ok");
      });
    });
    await new Promise<void>((done, fail) => {
      server.once("error", fail);
      server.listen(this.kept, "127.0.0.1", done);
    });
    this.kept = portOf(server.address());
    this.server = server;
  }

  /** Stops listening: connections are refused. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (server === null) return;
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }

  /** Every line that was taken under a category. */
  linesOf(category: string): readonly string[] {
    return this.taken
      .filter(({ headers }) => headers["x-sumo-category"] === category)
      .flatMap(({ lines }) => lines);
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("the sink has no port");
  return address.port;
}
