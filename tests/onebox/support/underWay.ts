/** What a visitor has under way at the second site of tests/fixtures: a slow download, an event stream, a WebSocket. */
import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import type { Duplex } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { until } from "../../../provider/system.ts";
import type { Target } from "../../../tools/drills/http.ts";

/** Longest that anything here is waited for, milliseconds. */
const patience = 90_000;

/** Something that counts from 1 on and does not end by itself. */
export interface Counting {
  /** Resolves when so many more numbers have come. */
  readonly more: (count: number) => Promise<void>;
  /** What has come, in its order. */
  readonly heard: () => readonly string[];
  readonly isOpen: () => boolean;
  readonly close: () => void;
}

const options = (target: Target, path: string, headers: Readonly<Record<string, string>> = {}) => ({
  host: "127.0.0.1",
  port: target.port,
  ca: target.ca,
  servername: target.name,
  path,
  agent: false as const,
  headers: { host: `${target.name}:${target.port}`, ...headers },
});

/** Listens to a stream whose words a pattern finds. */
function counting(what: string, stream: Duplex | IncomingMessage, pattern: RegExp): Counting {
  let text = "";
  let open = true;
  stream.setEncoding("latin1");
  stream.on("data", (part: string) => {
    text += part;
  });
  stream.on("error", () => undefined);
  stream.on("close", () => {
    open = false;
  });
  const heard = () => [...text.matchAll(pattern)].map(([, word = ""]) => word);
  return {
    heard,
    isOpen: () => open,
    close: () => stream.destroy(),
    more: (count) => {
      const goal = heard().length + count;
      return until(`${count} more words of ${what}`, patience, () => {
        if (!open) throw new Error(`${what} ended after ${heard().length} words`);
        return heard().length >= goal ? null : `${goal - heard().length} to go`;
      });
    },
  };
}

/** A stream of server-sent events. */
export function openEvents(target: Target): Promise<Counting> {
  return new Promise((done, fail) => {
    const call = request(options(target, "/api/events"), (response) =>
      done(counting("the event stream", response, /^data: (\d+)\n\n/gm)),
    );
    call.on("error", fail);
    call.end();
  });
}

/** A WebSocket that only listens: RFC 6455, unmasked frames of one short text. */
export function openSocket(target: Target): Promise<Counting> {
  const headers = {
    upgrade: "websocket",
    connection: "Upgrade",
    "sec-websocket-version": "13",
    "sec-websocket-key": randomBytes(16).toString("base64"),
  };
  return new Promise((done, fail) => {
    const call = request(options(target, "/socket", headers), (response) =>
      fail(new Error(`no WebSocket: ${response.statusCode}`)),
    );
    call.on("upgrade", (_, socket, head) => {
      socket.unshift(head);
      done(counting("the WebSocket", socket, /\x81.(\d+)/gs));
    });
    call.on("error", fail);
    call.end();
  });
}

/** A download that a slow visitor has begun. */
export interface Download {
  /** Takes the rest as fast as it comes. @returns the digest of all that came, and whether it ended as it should */
  readonly finish: () => Promise<{ readonly digest: string; readonly whole: boolean }>;
}

/** SHA-256, in hexadecimal. */
export const digestOf = (content: Buffer): string => createHash("sha256").update(content).digest("hex");

/** Begins a download; what comes is taken at some hundred KiB a second until it shall be finished. */
export function beginDownload(target: Target, path: string): Promise<Download> {
  return new Promise((done, fail) => {
    const call = request(options(target, path), (response) => {
      const hash = createHash("sha256");
      const hurry = new AbortController();
      const take = async () => {
        try {
          for await (const part of response) {
            hash.update(part);
            if (!hurry.signal.aborted)
              await setTimeout(100, undefined, { signal: hurry.signal }).catch(() => undefined);
          }
        } catch {
          // It was cut, which `complete` tells.
        }
        return { digest: hash.digest("hex"), whole: response.complete };
      };
      const taken = take();
      done({
        finish: () => {
          hurry.abort();
          return taken;
        },
      });
    });
    call.on("error", fail);
    call.end();
  });
}
