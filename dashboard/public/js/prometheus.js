// @ts-check
/** Asks Prometheus. */

import { isRecord } from "./catalogue.js";

/** @import { Alert, Labels, Line, Sample, Severity } from "./types.d.ts" */

/** Path of Prometheus on the server that served this page. */
const base = "/prometheus/api/v1";

/** An answer that takes longer than this many milliseconds is none. */
const timeoutMs = 8_000;

/** Prometheus did not answer at all. */
export class Unreachable extends Error {}

/** Prometheus answered that it could not do it; the message is its own. */
export class Refused extends Error {}

/**
 * @param {unknown} value
 * @returns {Labels}
 */
function labelsOf(value) {
  const entries = isRecord(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.map(([name, label]) => [name, String(label)]));
}

/**
 * @param {unknown} pair
 * @returns {readonly [number, number]}
 */
function pointOf(pair) {
  if (!Array.isArray(pair)) return [0, Number.NaN];
  /** @type {readonly unknown[]} */
  const [time, value] = pair;
  // Prometheus writes values as texts, with +Inf, -Inf and NaN among them.
  return [Number(time), Number(String(value).replace("Inf", "Infinity"))];
}

/**
 * @param {unknown} answer
 * @returns {readonly unknown[]}
 */
function resultOf(answer) {
  const data = isRecord(answer) ? answer.data : undefined;
  const result = isRecord(data) ? data.result : undefined;
  return Array.isArray(result) ? result : [];
}

/**
 * The samples in the answer to an instant query.
 * @param {unknown} answer
 * @returns {Sample[]}
 */
export function parseSamples(answer) {
  const data = isRecord(answer) && isRecord(answer.data) ? answer.data : {};
  if (data.resultType === "scalar") return [{ labels: {}, value: pointOf(data.result)[1] }];
  return resultOf(answer)
    .filter(isRecord)
    .map((item) => ({ labels: labelsOf(item.metric), value: pointOf(item.value)[1] }));
}

/**
 * The lines in the answer to a range query.
 * @param {unknown} answer
 * @returns {Line[]}
 */
export function parseLines(answer) {
  return resultOf(answer)
    .filter(isRecord)
    .map((item) => ({
      labels: labelsOf(item.metric),
      points: Array.isArray(item.values) ? item.values.map(pointOf) : [],
    }));
}

/** What alert rules call their severities. @type {Readonly<Record<string, Severity>>} */
const severities = { critical: "critical", page: "critical" };

/**
 * The alerts that fire, the worst first and then the newest; those that only wait to are left out, and so is the one
 * that always fires (severity `none`).
 * @param {unknown} answer
 * @returns {Alert[]}
 */
export function parseAlerts(answer) {
  const data = isRecord(answer) && isRecord(answer.data) ? answer.data : {};
  const alerts = Array.isArray(data.alerts) ? data.alerts.filter(isRecord) : [];
  return alerts
    .filter(({ state, labels }) => state === "firing" && labelsOf(labels).severity !== "none")
    .map(({ labels, annotations, activeAt }) => {
      const { alertname = "alert", severity = "" } = labelsOf(labels);
      const { summary = "", runbook = "" } = labelsOf(annotations);
      return {
        name: alertname,
        severity: severities[severity] ?? "warn",
        summary,
        runbook,
        since: Date.parse(String(activeAt)),
      };
    })
    .sort((a, b) => Number(a.severity === "warn") - Number(b.severity === "warn") || b.since - a.since);
}

/**
 * @param {string} path
 * @param {Readonly<Record<string, string>>} parameters
 * @returns {Promise<unknown>}
 */
async function ask(path, parameters) {
  const url = `${base}/${path}?${new URLSearchParams(parameters)}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).catch(() => null);
  if (response === null) throw new Unreachable("Prometheus does not answer");
  /** @type {unknown} */
  const body = await response.json().catch(() => null);
  if (isRecord(body) && body.status === "success") return body;
  // Only Prometheus itself explains its refusals; whatever else answers (a proxy, most often) stands in for it.
  if (isRecord(body) && typeof body.error === "string") throw new Refused(body.error);
  throw new Unreachable(`Prometheus does not answer (HTTP ${response.status})`);
}

/**
 * Values now.
 * @param {string} query PromQL
 * @returns {Promise<Sample[]>}
 * @throws Unreachable, Refused
 */
export async function queryNow(query) {
  return parseSamples(await ask("query", { query }));
}

/**
 * Alerts that fire now.
 * @returns {Promise<Alert[]>}
 * @throws Unreachable, Refused
 */
export async function alertsNow() {
  return parseAlerts(await ask("alerts", {}));
}

/**
 * Values over time.
 * @param {string} query PromQL
 * @param {{ readonly start: number, readonly end: number, readonly step: number }} grid Unix seconds
 * @returns {Promise<Line[]>}
 * @throws Unreachable, Refused
 */
export async function queryRange(query, { start, end, step }) {
  const parameters = { query, start: String(start), end: String(end), step: String(step) };
  return parseLines(await ask("query_range", parameters));
}
