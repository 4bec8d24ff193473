/** A site as visitors see it who come at any moment: one write and one read every 20 ms, each on a connection of its own. */
import { randomUUID } from "node:crypto";
import { ask, type Target } from "../../tools/drills/http.ts";
import type { Writes } from "../../tools/drills/ledger.ts";

/** Milliseconds between two visitors. */
const every = 20;
/** Milliseconds after which a visitor goes away. */
const patience = 5000;
/** Visitors who wait at once, at most: where the machine does not keep up, fewer come. */
const together = 200;

/** What visitors of one kind met. */
export interface Visits {
  readonly tried: number;
  /** Status or error of each that was not served. */
  readonly failed: readonly string[];
  /** Longest time between two served ones, seconds. */
  readonly longestGap: number;
}

/** What both kinds met. */
export interface Availability {
  readonly reads: Visits;
  readonly writes: Visits;
  /** For the ledger. */
  readonly ledger: Writes;
}

/** Visitors who keep coming. */
export interface Visiting {
  /** Resolves when so many more of each kind were served. */
  readonly servedMore: (count: number) => Promise<void>;
  readonly stop: () => Promise<Availability>;
}

/** Counts visitors of one kind. */
class Counter {
  served = 0;
  tried = 0;
  readonly failed: string[] = [];
  readonly under = new Set<Promise<void>>();
  private last = performance.now();
  private longest = 0;

  /** One visitor; `visit` tells the status. */
  send(visit: () => Promise<number>, good: readonly number[]): void {
    if (this.under.size >= together) return;
    this.tried += 1;
    const visiting = visit().then(
      (status) => {
        if (good.includes(status)) this.note();
        else this.failed.push(`status ${status}`);
      },
      (error: unknown) => {
        this.failed.push(error instanceof Error ? error.message : String(error));
      },
    );
    const counted = visiting.finally(() => this.under.delete(counted));
    this.under.add(counted);
  }

  private note(): void {
    const now = performance.now();
    this.served += 1;
    this.longest = Math.max(this.longest, now - this.last);
    this.last = now;
  }

  get visits(): Visits {
    const { tried, failed, longest } = this;
    return { tried, failed, longestGap: longest / 1000 };
  }
}

/** Lets visitors come until stopped; reads go through the application to the database too. */
export function startVisiting(target: Target): Visiting {
  const reads = new Counter();
  const writes = new Counter();
  const acknowledged = new Set<string>();
  const read = async () => (await ask(target, { path: "/api/entries", timeout: patience })).status;
  const write = async () => {
    const token = randomUUID();
    const { status } = await ask(target, {
      method: "POST",
      path: "/api/entries",
      body: JSON.stringify({ author: "bench", text: token, token }),
      // The token makes a repetition safe, and this says so to the balancer.
      headers: { "idempotency-key": token },
      timeout: patience,
    });
    if (status === 201 || status === 200) acknowledged.add(token);
    return status;
  };
  const timer = setInterval(() => {
    reads.send(read, [200]);
    writes.send(write, [200, 201]);
  }, every);
  return {
    servedMore: async (count) => {
      const goal = { reads: reads.served + count, writes: writes.served + count };
      const end = performance.now() + 60_000;
      while (reads.served < goal.reads || writes.served < goal.writes) {
        if (performance.now() > end) throw new Error("the site did not come back within 60 s");
        await new Promise((resume) => setTimeout(resume, every));
      }
    },
    stop: async () => {
      clearInterval(timer);
      await Promise.all([...reads.under, ...writes.under]);
      const { failed, longestGap } = writes.visits;
      return {
        reads: reads.visits,
        writes: writes.visits,
        ledger: { acknowledged, failed, longestGap: longestGap * 1000 },
      };
    },
  };
}
