import type { Clock } from "./clock.ts";
import { type Failure, failureOf } from "./database/failures.ts";
import { logError } from "./log.ts";

/** Pause between probes while the database answers, in milliseconds. */
const calmMs = 1_000;

/** Pause while it does not, in milliseconds: a server joins soon after the database is there. */
const eagerMs = 200;

/** Watches the database from this server, for the readiness check. */
export class Probe {
  /** Moment of the last successful read, on the clock it was given; null before the first. */
  lastSuccess: number | null = null;
  /** What the last failed read meant; null when the last one succeeded or none was tried. */
  lastFailure: Failure | null = null;
  #running = true;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `read` once and keeps what came of it; writes one line when the database goes away. */
  async look(read: () => Promise<unknown>): Promise<void> {
    try {
      await read();
      this.lastSuccess = this.#clock.now();
      this.lastFailure = null;
    } catch (error) {
      const failure = failureOf(error);
      if (this.lastFailure !== failure) logError("database-unreachable", error, { failure });
      this.lastFailure = failure;
    }
  }

  /** Goes on looking until `stop`. */
  async watch(read: () => Promise<unknown>): Promise<void> {
    while (this.#running) {
      await this.look(read);
      await this.#clock.sleep(this.lastFailure === null ? calmMs : eagerMs);
    }
  }

  /** Ends `watch` after its present round. */
  stop(): void {
    this.#running = false;
  }
}
