import type { Failure } from "./database/failures.ts";

/** What is known of the database and of this process. */
export interface Condition {
  /** Whether the site has a database at all. */
  readonly hasDatabase: boolean;
  /** Whether the process is on its way out. */
  readonly stopping: boolean;
  /** Moment of the last successful read, in milliseconds; null when there was none yet. */
  readonly lastSuccess: number | null;
  /** What the last failed read meant; null when none has failed. */
  readonly lastFailure: Failure | null;
}

/** The answer to "may visitors come here?". */
export interface Readiness {
  /** 200: send visitors; 503: do not. */
  readonly code: 200 | 503;
  readonly status: "ready" | "degraded" | "starting" | "misconfigured" | "stopping";
  /** One sentence, for whoever reads it by hand. */
  readonly reason: string;
}

/** A successful read counts as recent for this many milliseconds: three probes of one second, and slack. */
export const recentMs = 5_000;

/**
 * Decides on readiness. A database that cannot be reached is the same for every web server, so it only
 * degrades: with 503 from all of them the balancer would have nobody left, and the site would go dark
 * although its pages and the last known entries can be served. Only a server that has never once reached
 * the database and is turned away for its own credentials or certificate keeps visitors off.
 * A blocked event loop needs no rule: it answers nothing, and the balancer's check times out.
 */
export function readiness(condition: Condition, now: number): Readiness {
  const { lastSuccess, lastFailure } = condition;
  if (condition.stopping) return { code: 503, status: "stopping", reason: "finishing what is in flight" };
  if (!condition.hasDatabase) return { code: 200, status: "ready", reason: "no database configured" };
  if (lastSuccess !== null && now - lastSuccess <= recentMs) {
    return { code: 200, status: "ready", reason: "the database answers" };
  }
  if (lastSuccess === null && lastFailure === null) {
    return { code: 503, status: "starting", reason: "waiting for the first word of the database" };
  }
  if (lastSuccess === null && lastFailure === "refused") {
    return { code: 503, status: "misconfigured", reason: "the database refuses this server" };
  }
  return { code: 200, status: "degraded", reason: "the database does not answer; entries may be old" };
}
