import { once } from "node:events";
import { rename, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Server as NetServer } from "node:net";
import { logError } from "../log.ts";
import { problem, type Reply, send } from "./reply.ts";

/** Requests worked on at once; more are turned away, so that those inside end in time. */
const requestLimit = 512;

/** Milliseconds for a client to send its whole request. */
const requestTimeoutMs = 10_000;

/** Milliseconds for the headers alone. */
const headersTimeoutMs = 5_000;

/** Longer than the web tier keeps its connections (60 s), so that it is never this side that hangs up. */
const keepAliveTimeoutMs = 75_000;

/** How long kept connections stay open for a last request, in milliseconds. */
const lingerMs = 500;

/** A server that answers, and can be stopped without breaking a request. */
export class HttpServer {
  readonly #server: Server;
  readonly #answer: (request: IncomingMessage) => Promise<Reply>;
  #inFlight = 0;
  #stopping = false;

  constructor(answer: (request: IncomingMessage) => Promise<Reply>) {
    this.#answer = answer;
    this.#server = createServer(
      {
        requestTimeout: requestTimeoutMs,
        headersTimeout: headersTimeoutMs,
        keepAliveTimeout: keepAliveTimeoutMs,
      },
      (request, response) => void this.#handle(request, response),
    );
  }

  /**
   * Serves on a Unix socket with mode 0660, in place of whatever stood at the path. The new socket takes the
   * old one's place in one step: there is no moment without a socket.
   */
  async listen(path: string): Promise<void> {
    const fresh = `${path}.${process.pid}`;
    await rm(fresh, { force: true });
    const mask = process.umask(0o117);
    try {
      this.#server.listen(fresh);
      await once(this.#server, "listening");
    } finally {
      process.umask(mask);
    }
    await rename(fresh, path);
  }

  /**
   * Takes no new connection, and resolves when every answer is on its way. Kept connections get a short
   * while in which a request that was sent just now is still answered, with word that it was the last.
   */
  async stop(): Promise<void> {
    this.#stopping = true;
    const closed = once(this.#server, "close");
    // The HTTP server's own close() would cut kept connections at once, under a request on its way.
    NetServer.prototype.close.call(this.#server);
    const timer = setTimeout(() => this.#server.closeIdleConnections(), lingerMs);
    await closed;
    clearTimeout(timer);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#inFlight += 1;
    response.once("close", () => {
      this.#inFlight -= 1;
    });
    if (this.#stopping) response.setHeader("Connection", "close");
    send(response, await this.#replyTo(request));
  }

  async #replyTo(request: IncomingMessage): Promise<Reply> {
    if (this.#inFlight > requestLimit)
      return problem(503, "too many visitors at once", { "Retry-After": "1" });
    try {
      return await this.#answer(request);
    } catch (error) {
      logError("request-failed", error, { method: request.method ?? "" });
      return problem(500, "something went wrong here");
    }
  }
}
