/** A bounded load of reads, for tests that must not fail a single request. */
import { until } from "../../../provider/system.ts";
import { ask, keepAlive } from "./http.ts";
import type { TestStack } from "./stack.ts";

/** What the load came to. */
export interface Reads {
  readonly asked: number;
  /** Status or error of each request that did not get 200. */
  readonly failed: readonly string[];
}

/** A running load of reads. */
export interface Reading {
  /** Resolves when so many more were asked. */
  readonly more: (count: number) => Promise<void>;
  readonly stop: () => Promise<Reads>;
}

/** Reads `path` with `readers` kept connections until stopped, at most `limit` times. */
export function startReading(stack: TestStack, { path = "/", readers = 4, limit = 60_000 } = {}): Reading {
  const failed: string[] = [];
  const agent = keepAlive(readers);
  let stopped = false;
  let asked = 0;
  const reader = async () => {
    while (!stopped && asked < limit) {
      asked += 1;
      try {
        const { status } = await ask(stack.site, { path, agent });
        if (status !== 200) failed.push(String(status));
      } catch (error) {
        failed.push(error instanceof Error ? error.message : String(error));
      }
    }
  };
  const running = Promise.all(Array.from({ length: readers }, reader));
  return {
    more: (count) => {
      const goal = asked + count;
      return until(`${count} more reads`, 30_000, () => (asked >= goal ? null : `${goal - asked} to go`));
    },
    stop: async () => {
      stopped = true;
      await running;
      agent.destroy();
      return { asked, failed };
    },
  };
}
