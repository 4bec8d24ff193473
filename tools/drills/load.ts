/** A bounded load of reads: the probe from outside, and for changes that must not fail a single request. */
import { setTimeout } from "node:timers/promises";
import { until } from "../../provider/system.ts";
import { ask, keepAlive, type Target } from "./http.ts";

/** How much is asked for. */
export interface Load {
  /** Requests after which it ends by itself. */
  readonly limit?: number;
  /** Milliseconds that each visitor waits between two requests; default 0. */
  readonly pace?: number;
  /** Loopback address of each visitor, so that no one address reaches its limit; default 127.0.0.1 for all. */
  readonly from?: (index: number) => string;
}

/** What the load came to. */
export interface Reads {
  readonly asked: number;
  /** Status or error of each request that did not get 200. */
  readonly failed: readonly string[];
  /** Longest time between two answers of 200, milliseconds. */
  readonly longestGap: number;
}

/** A running load of reads. */
export interface Reading {
  /** Resolves when so many more were asked. */
  readonly more: (count: number) => Promise<void>;
  readonly stop: () => Promise<Reads>;
}

/** Reads `path` with `readers` kept connections until stopped, at most `limit` times. */
export function startReading(
  target: Target,
  {
    path = "/",
    readers = 4,
    limit = 60_000,
    pace = 0,
    from,
  }: Load & { readonly path?: string; readonly readers?: number } = {},
): Reading {
  const failed: string[] = [];
  const agent = keepAlive(readers);
  let stopped = false;
  let asked = 0;
  let last = Date.now();
  let longestGap = 0;
  const noteAnswer = () => {
    longestGap = Math.max(longestGap, Date.now() - last);
    last = Date.now();
  };
  const reader = async (_: unknown, index: number) => {
    while (!stopped && asked < limit) {
      asked += 1;
      try {
        const { status } = await ask(target, {
          path,
          agent,
          ...(from === undefined ? {} : { from: from(index) }),
        });
        if (status === 200) noteAnswer();
        else failed.push(String(status));
      } catch (error) {
        failed.push(error instanceof Error ? error.message : String(error));
      }
      if (pace > 0) await setTimeout(pace);
    }
  };
  const running = Promise.all(Array.from({ length: readers }, reader));
  return {
    more: (count) => {
      const goal = asked + count;
      return until(`${count} more reads`, 60_000, () => (asked >= goal ? null : `${goal - asked} to go`));
    },
    stop: async () => {
      stopped = true;
      await running;
      agent.destroy();
      return { asked, failed, longestGap: Math.max(longestGap, Date.now() - last) };
    },
  };
}
