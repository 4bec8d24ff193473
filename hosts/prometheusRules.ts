/** What Prometheus computes and when it tells somebody: the signal catalogue as rules. */

import { burnExpression, burns, sloRecords } from "./signals/slo.ts";
import {
  noTrouble,
  type OneboxSignal,
  type Severity,
  type SignalInput,
  type SignalUnit,
} from "./signals/types.ts";
import { oneboxSignals } from "./signals.ts";
import { signalRules } from "./sumoSignals.ts";

/** One alert rule as Prometheus takes it. */
export interface PrometheusAlert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** How Prometheus's templates write a value. */
const valueText: Readonly<Record<SignalUnit, string>> = {
  "req/s": '{{ printf "%.1f" $value }} a second',
  s: "{{ humanizeDuration $value }}",
  ratio: "{{ humanizePercentage $value }}",
  bytes: "{{ humanize1024 $value }}B",
  days: '{{ printf "%.1f" $value }} days',
  count: '{{ printf "%.0f" $value }}',
  bool: "{{ $value }}",
  conn: "{{ $value }} connections",
};

/** `{{host}} {{direction}}` in the templates' own words; nothing where the legend names no label. */
function subject({ legend }: OneboxSignal["onebox"]): string {
  return legend.includes("{{") ? ` of ${legend.replaceAll(/\{\{(\w+)\}\}/g, "{{ $labels.$1 }}")}` : "";
}

function alertOf(signal: OneboxSignal, severity: Severity, runbookUrl: string): readonly PrometheusAlert[] {
  const { id, title, unit, meaning, group, runbook, onebox, alert, thresholds, states } = signal;
  if (alert === null || thresholds === null || !alert.severities.includes(severity)) return [];
  const { direction, warn, critical } = thresholds;
  // Where both are the same, the worse says it all.
  if (severity === "warning" && warn === critical && alert.severities.includes("critical")) return [];
  const threshold = severity === "warning" ? warn : critical;
  const meanings = Object.entries(states ?? {}).map(([value, word]) => `${value} is ${word}`);
  return [
    {
      alert: alert.name,
      expr: `(${onebox.record ?? onebox.expr}) ${direction === "above" ? ">" : "<"} ${threshold}`,
      for: `${alert.after}s`,
      labels: { severity, group, signal: id },
      annotations: {
        summary: `${title}${subject(onebox)}: ${valueText[unit]}`,
        description: [meaning, ...(meanings.length > 0 ? [`${meanings.join(", ")}.`] : [])].join(" "),
        runbook: `${runbookUrl}#${runbook}`,
      },
    },
  ];
}

/** The alert of a signal whose value may not be away for long, where it is away. */
function silenceOf({ id, title, meaning, group, runbook, onebox, alert }: OneboxSignal, runbookUrl: string) {
  if (alert?.silence === undefined) return [];
  const silence: PrometheusAlert = {
    alert: alert.name,
    expr: `absent(${onebox.record ?? onebox.expr})`,
    for: `${alert.silence}s`,
    labels: { severity: alert.severities[0] ?? "warning", group, signal: id, silence: "true" },
    annotations: {
      summary: `${title}: nothing known for ${alert.silence / 3600} hours`,
      description: meaning,
      runbook: `${runbookUrl}#${runbook}`,
    },
  };
  return [silence];
}

/** Name of the alert that always fires: when it does not arrive, no other would either. */
export const heartbeatAlert = "Heartbeat";

const heartbeat = (runbookUrl: string): PrometheusAlert => ({
  alert: heartbeatAlert,
  expr: "vector(1)",
  for: "0s",
  labels: { severity: noTrouble, group: "overview", signal: "heartbeat" },
  annotations: {
    summary: "The monitor computes and tells",
    description: "Always fires. Whoever gets it tells people when it does not arrive.",
    runbook: `${runbookUrl}#monitor-down`,
  },
});

/**
 * Alert rules: every threshold of the catalogue that tells somebody, the burn rates of the objective, and the one that
 * always fires.
 */
export function alertRules(input: SignalInput, runbookUrl: string): readonly PrometheusAlert[] {
  const ofSignals = oneboxSignals(input).flatMap((signal) => [
    ...alertOf(signal, "critical", runbookUrl),
    ...alertOf(signal, "warning", runbookUrl),
    ...silenceOf(signal, runbookUrl),
  ]);
  const ofBudget = burns.map(
    (burn): PrometheusAlert => ({
      alert: burn.name,
      expr: burnExpression(burn, input.objective),
      for: "0s",
      labels: { severity: burn.severity, group: "overview", signal: "error-budget" },
      annotations: {
        summary: `Failures: {{ humanizePercentage $value }} in ${burn.long}`,
        description: `Failures use up the error budget at least ${burn.rate} times as fast as the objective of ${input.objective * 100} % allows.`,
        runbook: `${runbookUrl}#error-budget`,
      },
    }),
  );
  return [...ofSignals, ...ofBudget, heartbeat(runbookUrl)];
}

/**
 * The file of rules, at `etc/prometheus/rules.yml`. JSON is YAML, and its quoting is certain.
 * @param runbookUrl where an alert's text sends its reader; a section's anchor is added
 * @param shipped whether every signal is recorded by its own name, for Sumo Logic; default no
 */
export function renderRules(input: SignalInput, runbookUrl: string, shipped = false): string {
  const records = oneboxSignals(input).flatMap(({ onebox: { record, expr } }) =>
    record ? [{ record, expr }] : [],
  );
  const groups = [
    { name: "signals", rules: records },
    ...(shipped ? [{ name: "shipped", rules: signalRules(oneboxSignals(input)) }] : []),
    // The budget's windows are long: a minute is soon enough, and costs a twelfth.
    { name: "objective", interval: "60s", rules: sloRecords(input.scrapeSeconds) },
    { name: "alerts", rules: alertRules(input, runbookUrl) },
  ];
  return `${JSON.stringify({ groups }, null, 2)}\n`;
}
