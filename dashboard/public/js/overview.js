// @ts-check
/** What is wrong now. */

import { element, make, say } from "./dom.js";
import { formatLegend, formatSignal } from "./format.js";
import { findingsOf } from "./severity.js";
import { mark } from "./tiles.js";

/** @import { Sample, Signal } from "./types.d.ts" */
/** @import { Finding } from "./severity.js" */

/** @param {Finding} finding */
function item({ signal, sample, severity }) {
  const labelled = Object.keys(sample.labels).some((name) => name !== "__name__");
  const where = labelled ? formatLegend(signal.legend, sample.labels) : "";
  return make(
    "li",
    {},
    mark(severity),
    make(
      "span",
      {},
      make("b", {}, where === "" ? signal.title : `${where}: ${signal.title}`),
      ` is ${formatSignal(sample.value, signal)}. `,
      make("span", { class: "meaning" }, signal.meaning),
    ),
  );
}

/**
 * One sentence on the state of everything.
 * @param {readonly Finding[]} findings
 * @returns {string}
 */
function verdict(findings) {
  const critical = findings.filter(({ severity }) => severity === "critical").length;
  if (findings.length === 0) return "Everything is within its bounds";
  const warnings = findings.length - critical;
  const parts = [
    critical > 0 ? `${critical} critical` : "",
    warnings > 0 ? `${warnings} ${warnings === 1 ? "warning" : "warnings"}` : "",
  ];
  return `Needs attention: ${parts.filter((part) => part !== "").join(", ")}`;
}

/**
 * Shows the verdict, the findings behind it, and which watched signals say nothing.
 * @param {ReadonlyMap<Signal, readonly Sample[]>} current
 * @param {readonly Signal[]} silent signals without any series
 */
export function showOverview(current, silent) {
  const findings = findingsOf(current);
  const known = silent.length < current.size && current.size > 0;
  const banner = element("verdict");
  banner.className = `verdict ${known ? (findings[0]?.severity ?? "ok") : "unknown"}`;
  say(element("verdict-text"), known ? verdict(findings) : "Nothing is known yet");
  element("findings").replaceChildren(...findings.map(item));
  const titles = silent
    .filter(({ thresholds }) => thresholds !== null)
    .map(({ title }) => title)
    .join(", ");
  say(element("silent"), titles === "" ? "" : `No data for: ${titles}.`);
}
