/** A ledger of acknowledged writes: what the site said it kept must be there afterwards. */
import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { requireJson } from "../../config/json.ts";
import { ask, keepAlive, type Target } from "./http.ts";
import type { Load } from "./load.ts";

const page = z.object({ kept: z.array(z.string()) });

/** Tokens asked about at once: the most that the site takes. */
const tokensAtOnce = 300;

/** What a bounded load of writes came to. */
export interface Writes {
  /** Tokens of writes that were acknowledged (201 or 200). */
  readonly acknowledged: ReadonlySet<string>;
  /** Writes that were not acknowledged: they may or may not be kept. */
  readonly failed: readonly string[];
  /** Longest time between two acknowledgements, milliseconds. */
  readonly longestGap: number;
}

/** A running load of writes. */
export interface Writing {
  /** Resolves when at least so many more were acknowledged. */
  readonly acknowledgedMore: (count: number) => Promise<void>;
  /** Tokens of the writes that were acknowledged so far. */
  readonly acknowledged: () => ReadonlySet<string>;
  /** Ends the load and tells what it came to. */
  readonly stop: () => Promise<Writes>;
}

/** How much is written, and by whom. */
export interface WriteLoad extends Load {
  /** Default 4. */
  readonly writers?: number;
  /** Author of the entries; default "ledger". */
  readonly author?: string;
}

/** Starts `writers` writers, one request each at a time, until stopped or `limit` writes were tried. */
export function startWriting(
  target: Target,
  { writers = 4, limit = 20_000, pace = 0, from, author = "ledger" }: WriteLoad = {},
): Writing {
  const acknowledged = new Set<string>();
  const failed: string[] = [];
  const agent = keepAlive(writers);
  let stopped = false;
  let tried = 0;
  let last = Date.now();
  let longestGap = 0;
  let waiting: { readonly count: number; readonly done: () => void }[] = [];
  const note = (token: string) => {
    acknowledged.add(token);
    longestGap = Math.max(longestGap, Date.now() - last);
    last = Date.now();
    for (const { done } of waiting.filter(({ count }) => acknowledged.size >= count)) done();
    waiting = waiting.filter(({ count }) => acknowledged.size < count);
  };
  const writer = async (_: unknown, index: number) => {
    while (!stopped && tried < limit) {
      tried += 1;
      const token = randomUUID();
      const body = JSON.stringify({ author, text: token, token });
      // The token makes a repetition safe, and this says so to the balancer.
      const headers = { "idempotency-key": token };
      try {
        const { status } = await ask(target, {
          method: "POST",
          path: "/api/entries",
          body,
          agent,
          headers,
          ...(from === undefined ? {} : { from: from(index) }),
        });
        if (status === 201 || status === 200) note(token);
        else failed.push(`${status}`);
      } catch (error) {
        failed.push(error instanceof Error ? error.message : String(error));
      }
      if (pace > 0) await setTimeout(pace);
    }
  };
  const running = Promise.all(Array.from({ length: writers }, writer));
  return {
    acknowledged: () => new Set(acknowledged),
    acknowledgedMore: (count) =>
      new Promise((done) => {
        waiting.push({ count: acknowledged.size + count, done });
      }),
    stop: async () => {
      stopped = true;
      await running;
      agent.destroy();
      longestGap = Math.max(longestGap, Date.now() - last);
      return { acknowledged, failed, longestGap };
    },
  };
}

/** Those of the tokens that the site does not hold. */
export async function lostOf(target: Target, tokens: Iterable<string>): Promise<readonly string[]> {
  const all = [...tokens];
  const lost: string[] = [];
  for (let first = 0; first < all.length; first += tokensAtOnce) {
    const some = all.slice(first, first + tokensAtOnce);
    const answer = await ask(target, {
      method: "POST",
      path: "/api/entries/kept",
      body: JSON.stringify({ tokens: some }),
      // It only reads, and this says so to the balancer: it meets the same failures as the writes.
      headers: { "idempotency-key": randomUUID() },
    });
    if (answer.status !== 200)
      throw new Error(`the ledger could not be read: ${answer.status} ${answer.body}`);
    const told = requireJson(
      answer.body,
      page,
      "the answer of the ledger",
      "the site keeps to site/README.md",
    );
    const kept = new Set(told.kept);
    lost.push(...some.filter((token) => !kept.has(token)));
  }
  return lost;
}

/** Acknowledged writes that the site does not hold. */
export function lostWrites(target: Target, { acknowledged }: Writes): Promise<readonly string[]> {
  return lostOf(target, acknowledged);
}
