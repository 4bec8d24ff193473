// @ts-check
/** What is wrong now: values beyond their bounds, and alerts that fire. */

import { advice } from "./advice.js";
import { element, make, say } from "./dom.js";
import { formatLegend, formatSignal } from "./format.js";
import { findingsOf, worst } from "./severity.js";
import { mark } from "./tiles.js";

/** @import { Alert, Sample, Severity, Signal } from "./types.d.ts" */
/** @import { Finding } from "./severity.js" */

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "short", timeStyle: "short" });

/**
 * @param {Finding} finding
 * @param {string} runbook
 */
function findingItem({ signal, sample, severity }, runbook) {
  const labelled = Object.keys(sample.labels).some((name) => name !== "__name__");
  const where = labelled ? formatLegend(signal.legend, sample.labels) : "";
  const what = where === "" ? signal.title : `${where}: ${signal.title}`;
  return make(
    "li",
    {},
    mark(severity),
    make(
      "span",
      {},
      make("b", {}, what),
      ` is ${formatSignal(sample.value, signal)}. `,
      make("span", { class: "meaning" }, signal.meaning),
      ...advice(runbook, signal.runbook, what),
    ),
  );
}

/**
 * @param {Alert} alert
 * @param {string} runbook
 */
function alertItem({ name, severity, summary, since, runbook: page }, runbook) {
  // Rules name the section as page#section.
  const anchor = page.split("#")[1] ?? "";
  return make(
    "li",
    {},
    mark(severity),
    make(
      "span",
      {},
      make("b", {}, name),
      summary === "" ? " " : ` ${summary} `,
      make("span", { class: "meaning" }, `since ${clock.format(since)}`),
      ...advice(runbook, anchor, name),
    ),
  );
}

/**
 * @param {number} count
 * @param {string} one
 * @param {string} many
 */
const counted = (count, one, many) => (count === 0 ? "" : `${count} ${count === 1 ? one : many}`);

/**
 * One sentence on the state of everything.
 * @param {readonly Finding[]} findings
 * @param {readonly Alert[]} alerts
 * @returns {string}
 */
function verdict(findings, alerts) {
  const critical = findings.filter(({ severity }) => severity === "critical").length;
  const parts = [
    counted(critical, "critical", "critical"),
    counted(findings.length - critical, "warning", "warnings"),
    counted(alerts.length, "alert fires", "alerts fire"),
  ].filter((part) => part !== "");
  return parts.length === 0 ? "Everything is within its bounds" : `Needs attention: ${parts.join(", ")}`;
}

/**
 * Shows the verdict, what is behind it, and which watched signals say nothing.
 * @param {ReadonlyMap<Signal, readonly Sample[]>} current
 * @param {readonly Signal[]} silent signals without any series
 * @param {readonly Alert[]} alerts
 * @param {string} runbook address of the runbook; empty for none
 */
export function showState(current, silent, alerts, runbook) {
  const findings = findingsOf(current);
  const known = silent.length < current.size && current.size > 0;
  /** @type {Severity} */
  const severity = worst([...findings, ...alerts].map((each) => each.severity));
  element("verdict").className = `verdict ${known ? severity : "unknown"}`;
  say(element("verdict-text"), known ? verdict(findings, alerts) : "Nothing is known yet");
  element("findings").replaceChildren(...findings.map((finding) => findingItem(finding, runbook)));
  element("alerts").replaceChildren(...alerts.map((alert) => alertItem(alert, runbook)));
  element("alerting").hidden = alerts.length === 0;
  const titles = silent
    .filter(({ thresholds }) => thresholds !== null)
    .map(({ title }) => title)
    .join(", ");
  say(element("silent"), titles === "" ? "" : `No data for: ${titles}.`);
}
