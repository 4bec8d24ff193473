import type { Clock } from "../clock.ts";
import { failureOf, isPassing, TimedOut } from "./failures.ts";

/** How long and how often something is tried. */
export interface Patience {
  /** All attempts and the pauses between them end within this, in milliseconds. */
  readonly deadlineMs: number;
  /** One attempt takes no longer than this, in milliseconds. */
  readonly attemptMs: number;
  /** Upper bound of attempts. */
  readonly maxAttempts: number;
}

/** First pause, in milliseconds; doubles up to the longest. */
const firstPauseMs = 25;

/** Longest pause: short, so that a new writer is found soon after it is there. */
const longestPauseMs = 250;

/**
 * The pause before the next attempt, in milliseconds: doubling, then between half and the whole of it by
 * chance, so that many waiting requests do not come back at the same moment.
 * @param failed attempts that have failed, from 1
 * @param chance from 0 to 1
 */
export function pauseAfter(failed: number, chance: number): number {
  const whole = Math.min(longestPauseMs, firstPauseMs * 2 ** (failed - 1));
  return whole / 2 + (whole / 2) * chance;
}

/**
 * Runs `work` until it succeeds, fails for good, or patience ends; then throws its last error.
 * @param work gets the milliseconds it may take
 */
export async function attempt<T>(
  work: (budgetMs: number) => Promise<T>,
  patience: Patience,
  clock: Clock,
): Promise<T> {
  const end = clock.now() + patience.deadlineMs;
  let last: unknown = new TimedOut("no time for a first attempt");
  for (let failed = 0; failed < patience.maxAttempts; ) {
    const left = end - clock.now();
    if (left <= 0) break;
    try {
      return await work(Math.min(patience.attemptMs, left));
    } catch (error) {
      if (!isPassing(failureOf(error))) throw error;
      last = error;
    }
    failed += 1;
    const pause = pauseAfter(failed, Math.random());
    if (clock.now() + pause >= end) break;
    await clock.sleep(pause);
  }
  throw last;
}
