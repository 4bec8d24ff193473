/** A small Prometheus on another host than the monitor, in another zone where there is one: it watches the monitor. */
import { alertTimes } from "./alertTimes.ts";
import type { Files, Layout } from "./layout.ts";
import { agentJob, configurationText, prometheusFiles, type ScrapedHost } from "./prometheus.ts";
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

/** Tries to deliver a message, and those that failed: counted together when a try ends, as messages are not. */
const tries = "alertmanager_notification_requests_total";
const failed = "alertmanager_notification_requests_failed_total";

/** Seconds over which tries are counted. */
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
  const delivered = `sum by (host) (${tries}) - sum by (host) (${failed})`;
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
      `sum by (host) (increase(${failed}[${told}s])) > 0 unless changes((${delivered})[${told}s:${scrapeSeconds}s]) > 0`,
      patience,
      "Alertmanager reaches nobody",
    ),
  ];
}

/** Its files. */
export function watchFiles({ layout, monitor, scrapeSeconds, tls, stack }: WatchInput): Files {
  const jobs = [
    agentJob("prometheus", [monitor], tls, "prometheus_notifications_sent_total"),
    agentJob("alertmanager", [monitor], tls, `${tries}|${failed}`),
  ];
  const rules = JSON.stringify({ groups: [{ name: "watch", rules: watchRules(scrapeSeconds) }] }, null, 2);
  return prometheusFiles(layout, configurationText(layout, { scrapeSeconds, stack }, jobs), `${rules}\n`);
}
