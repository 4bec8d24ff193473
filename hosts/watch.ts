/** A small Prometheus on another host than the monitor, in another zone where there is one: it watches the monitor. */
import { alertTimes } from "./alertTimes.ts";
import type { Files, Layout } from "./layout.ts";
import {
  agentJob,
  configurationText,
  notificationMetrics,
  prometheusFiles,
  type ScrapedHost,
} from "./prometheus.ts";
import type { PrometheusAlert } from "./prometheusRules.ts";
import type { TlsPaths } from "./tlsFiles.ts";

/** What the watching Prometheus is told. */
export interface WatchInput {
  readonly layout: Layout;
  readonly monitor: ScrapedHost;
  readonly scrapeSeconds: number;
  /** Client certificate for the monitor's agent (user prometheus). */
  readonly tls: TlsPaths;
  readonly stack: string;
}

/** Where to read on: the runbook's page lies on the monitor, which may be gone. */
const runbook = "docs/runbook.md#monitor-down";

/** Seconds over which it is counted how much was told: several tries of a message that fails. */
const told = 300;

/** One part of what the monitor owes. */
const missing = (part: string, expr: string, after: number, summary: string): PrometheusAlert => ({
  alert: "MonitorDown",
  expr,
  for: `${after}s`,
  labels: { severity: "critical", group: "overview", signal: "monitor", part },
  annotations: {
    summary: `{{ $labels.host }}: ${summary}`,
    description:
      "While this lasts the monitor tells of nothing new; what it told before is held. Told by another host.",
    runbook,
  },
});

/** Alert rules about the monitor. */
export function watchRules(scrapeSeconds: number): readonly PrometheusAlert[] {
  const { patience, lifetime } = alertTimes(scrapeSeconds);
  return [
    missing("prometheus", 'up{job="prometheus"} == 0', patience, "Prometheus does not answer"),
    missing("alertmanager", 'up{job="alertmanager"} == 0', patience, "Alertmanager does not answer"),
    missing(
      "rules",
      // The alert that always fires is told again within a quarter of the time.
      `sum by (host) (increase(prometheus_notifications_sent_total[${lifetime}s])) == 0`,
      patience,
      "Prometheus answers, but tells Alertmanager nothing, not even that all is well",
    ),
    missing(
      "messages",
      `sum by (host) (increase(alertmanager_notifications_failed_total[${told}s])) >= sum by (host) (increase(alertmanager_notifications_total[${told}s])) > 0`,
      patience,
      "Alertmanager reaches nobody",
    ),
  ];
}

/** Its files. */
export function watchFiles({ layout, monitor, scrapeSeconds, tls, stack }: WatchInput): Files {
  const jobs = [
    agentJob("prometheus", [monitor], tls, "prometheus_notifications_sent_total"),
    agentJob("alertmanager", [monitor], tls, notificationMetrics),
  ];
  const rules = JSON.stringify({ groups: [{ name: "watch", rules: watchRules(scrapeSeconds) }] }, null, 2);
  return prometheusFiles(layout, configurationText(layout, { scrapeSeconds, stack }, jobs), `${rules}\n`);
}
