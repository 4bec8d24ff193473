// @ts-check
/** Says how bad a value is. */

/** @import { Sample, Severity, Signal, Thresholds } from "./types.d.ts" */

/** @typedef {{ readonly signal: Signal, readonly sample: Sample, readonly severity: Severity }} Finding */

/**
 * @param {number} value
 * @param {Thresholds | null} thresholds
 * @returns {Severity}
 */
export function severityOf(value, thresholds) {
  if (thresholds === null || Number.isNaN(value)) return "ok";
  /** @param {number} bound */
  const beyond = (bound) => (thresholds.direction === "above" ? value > bound : value < bound);
  if (beyond(thresholds.critical)) return "critical";
  return beyond(thresholds.warn) ? "warn" : "ok";
}

/** @type {readonly Severity[]} */
const order = ["ok", "warn", "critical"];

/**
 * The worst of some severities; `ok` for none.
 * @param {readonly Severity[]} severities
 * @returns {Severity}
 */
export function worst(severities) {
  return severities.reduce((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a), "ok");
}

/**
 * Everything beyond its thresholds now, the worst first.
 * @param {Iterable<readonly [Signal, readonly Sample[]]>} current
 * @returns {Finding[]}
 */
export function findingsOf(current) {
  const findings = [...current].flatMap(([signal, samples]) =>
    samples.map((sample) => ({ signal, sample, severity: severityOf(sample.value, signal.thresholds) })),
  );
  return findings
    .filter(({ severity }) => severity !== "ok")
    .sort((a, b) => order.indexOf(b.severity) - order.indexOf(a.severity));
}
