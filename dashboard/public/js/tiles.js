// @ts-check
/** Numbers of now. */

import { make } from "./dom.js";
import { formatLegend, formatSignal, nothing } from "./format.js";
import { severityOf, worst } from "./severity.js";

/** @import { Sample, Severity, Signal } from "./types.d.ts" */

/** Marks differ in shape, not in colour alone. @type {Readonly<Record<Severity, string>>} */
const marks = { ok: "", warn: "◆", critical: "▲" };

/**
 * A mark that can be seen and heard; empty for what is well.
 * @param {Severity} severity
 * @returns {HTMLElement}
 */
export function mark(severity) {
  const attributes = {
    class: `mark ${severity}`,
    role: "img",
    "aria-label": severity === "warn" ? "warning" : severity,
  };
  return severity === "ok" ? make("span") : make("span", attributes, marks[severity]);
}

/**
 * The tile of a signal: one big value, or a list when it has several series.
 * @param {Signal} signal
 * @param {readonly Sample[]} samples
 * @returns {HTMLElement}
 */
export function tile(signal, samples) {
  const severity = worst(samples.map(({ value }) => severityOf(value, signal.thresholds)));
  const title = make("span", { class: "tile-title" }, signal.title, " ", mark(severity));
  const [first, ...more] = samples;
  const value =
    more.length === 0
      ? make(
          "span",
          { class: "tile-value" },
          first === undefined ? nothing : formatSignal(first.value, signal),
        )
      : valueList(signal, samples);
  return make(
    "li",
    { class: `tile ${severity}` },
    title,
    value,
    make("span", { class: "meaning" }, signal.meaning),
  );
}

/**
 * @param {Signal} signal
 * @param {readonly Sample[]} samples
 */
function valueList(signal, samples) {
  const named = samples.map(({ labels, value }) => ({ name: formatLegend(signal.legend, labels), value }));
  const sorted = named.sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
  return make(
    "span",
    { class: "tile-list" },
    ...sorted.map(({ name, value }) =>
      make("span", { class: "pair" }, make("span", {}, name), make("b", {}, formatSignal(value, signal))),
    ),
  );
}
