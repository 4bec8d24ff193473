/** How long alerts live without news, and how soon it is noticed that news stays away. Seconds. */

/** Times that follow from how often metrics are collected. */
export interface AlertTimes {
  /** Prometheus tells Alertmanager again of an alert that goes on after so long. */
  readonly resend: number;
  /** Alertmanager takes an alert of which it heard nothing for so long to be over: Prometheus counts four times. */
  readonly lifetime: number;
  /** From so long a silence on, what was told is held. */
  readonly silent: number;
  /** How often it is looked whether there is silence. */
  readonly look: number;
  /** What is held goes on for so long after the last look: until a new Prometheus has found out what holds. */
  readonly hold: number;
  /** What the monitor owes must be missing for so long before people are told. */
  readonly patience: number;
}

/**
 * The times. Silence is noticed before anything runs out: the alert that Prometheus told of last is one `resend` and one
 * evaluation older than its heartbeat at most, so `silent + look` is less than `lifetime` without these.
 * @param scrapeSeconds how often metrics are collected and rules computed
 */
export function alertTimes(scrapeSeconds: number): AlertTimes {
  const resend = Math.max(20, 3 * scrapeSeconds);
  return {
    resend,
    lifetime: 4 * resend,
    silent: resend + 2 * scrapeSeconds,
    look: Math.max(5, scrapeSeconds),
    hold: Math.max(120, 6 * scrapeSeconds),
    patience: Math.max(30, 3 * scrapeSeconds),
  };
}
