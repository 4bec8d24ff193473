// @ts-check
/** A table with a row for each host and a column for each signal that has values by host. */

import { make } from "./dom.js";
import { formatLegend, formatSignal, nothing } from "./format.js";
import { hostOf, samplesOf } from "./hosts.js";
import { severityOf, worst } from "./severity.js";
import { mark } from "./tiles.js";

/** @import { Host, Sample, Signal } from "./types.d.ts" */

/**
 * @param {Signal} signal
 * @param {readonly Sample[]} samples
 * @returns {HTMLElement}
 */
function cell(signal, samples) {
  const severities = samples.map(({ value }) => severityOf(value, signal.thresholds));
  const severity = worst(severities);
  // Of several disks or certificates the worst is shown: it is the one that matters.
  const at = severities.indexOf(severity);
  const lead = samples[at];
  const title = samples.map(
    ({ labels, value }) => `${formatLegend(signal.legend, labels)}: ${formatSignal(value, signal)}`,
  );
  return make(
    "td",
    { role: "cell", "data-label": signal.title, title: title.join("\n"), class: severity },
    make("span", {}, lead === undefined ? nothing : formatSignal(lead.value, signal), " ", mark(severity)),
  );
}

/**
 * Fills the table.
 * @param {HTMLTableElement} table
 * @param {readonly Host[]} hosts rows
 * @param {ReadonlyMap<Signal, readonly Sample[]>} current columns, those without a value for any row are left out
 */
export function fillHostTable(table, hosts, current) {
  const columns = [...current].filter(([, samples]) =>
    samples.some(({ labels }) => {
      const host = hostOf(labels, hosts);
      return host !== null;
    }),
  );
  const head = make(
    "tr",
    { role: "row" },
    make("th", { role: "columnheader", scope: "col" }, "Host"),
    ...columns.map(([signal]) =>
      make("th", { role: "columnheader", scope: "col", title: signal.meaning }, signal.title),
    ),
  );
  const rows = hosts.map((host) => {
    const name = make("th", { role: "rowheader", scope: "row" }, host.name, " ");
    name.append(make("span", { class: "place" }, `${host.tier}, zone ${host.zone}`));
    const cells = columns.map(([signal, samples]) => cell(signal, samplesOf(samples, host, hosts)));
    return make("tr", { role: "row" }, name, ...cells);
  });
  const caption = table.caption ?? make("caption");
  table.replaceChildren(
    caption,
    make("thead", { role: "rowgroup" }, head),
    make("tbody", { role: "rowgroup" }, ...rows),
  );
}
