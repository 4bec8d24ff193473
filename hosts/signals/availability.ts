/** Signals of the site's availability, as a visitor outside finds it. */
import { budgetWindow, burnLimit, failuresOver } from "./slo.ts";
import { above, alert, below, none, type Signal, type SignalInput, upOrDown } from "./types.ts";

const elsewhere = none(
  "Route 53's health checks report to us-east-1, where site-unreachable and their history are",
);

/** Seconds of a whole answer, handshakes included. */
const slowProbe = above(1, 5);

/** Share of successful probes over a window. */
const uptime = (window: string, words: string) =>
  `label_replace(avg_over_time(probe_success{job="probe"}[${window}]), "over", "${words}", "", "")`;

/** Signals of the probe through the virtual address. */
export function availabilitySignals({ objective }: SignalInput): readonly Signal[] {
  return [
    {
      id: "probe-up",
      title: "Site from outside",
      unit: "bool",
      meaning:
        "Whether the site answers over HTTPS by its name, at the visitors' address, with a certificate that holds.",
      group: "overview",
      kind: "stat",
      thresholds: below(1, 1),
      alert: alert("SiteUnreachable", 15, ["critical"]),
      states: upOrDown,
      runbook: "site-down",
      onebox: { expr: 'min(probe_success{job="probe"})', legend: "answers", record: "site:probe:up" },
      aws: { alarm: "site-unreachable" },
    },
    {
      id: "uptime",
      title: "Uptime",
      unit: "ratio",
      meaning: "Share of the probes that were answered, over the last hour and the last day.",
      group: "overview",
      kind: "chart",
      thresholds: null,
      alert: null,
      runbook: "error-budget",
      onebox: { expr: `${uptime("1h", "1 hour")} or ${uptime("1d", "1 day")}`, legend: "{{over}}" },
      aws: elsewhere,
    },
    {
      id: "error-budget",
      title: "Error budget left",
      unit: "ratio",
      meaning: `Share of the failures that the objective (${objective * 100} %) allows in three days and that is still unused.`,
      group: "overview",
      kind: "stat",
      thresholds: below(0.5, 0),
      // Alerts look at how fast it burns.
      alert: null,
      runbook: "error-budget",
      onebox: { expr: `1 - ${failuresOver(budgetWindow)} / ${burnLimit(1, objective)}`, legend: "left" },
      aws: none("needs windows of three days, and an alarm looks at one day at most: error-ratio"),
    },
    {
      id: "probe-seconds",
      title: "Answer time from outside",
      unit: "s",
      meaning: "How long a probe waits for its whole answer: name, connection, TLS handshake, page.",
      group: "overview",
      kind: "chart",
      thresholds: slowProbe,
      alert: null,
      runbook: "slow-answers",
      onebox: { expr: 'sum by (phase) (probe_http_duration_seconds{job="probe"})', legend: "{{phase}}" },
      aws: elsewhere,
    },
  ];
}
