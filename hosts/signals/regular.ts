/** Signals of what must happen regularly: they tell that it did not. */
import { missingSeries } from "./presence.ts";
import { above, alert, metrics, none, type Signal, type SignalInput } from "./types.ts";

const hour = 3600;

/** When a database server last finished a backup that was proven whole, Unix seconds. */
export const backupMetric = "foobar_backup_last_verified_timestamp_seconds";
/** When a host was last compared with the state, Unix seconds. */
export const driftCheckMetric = "foobar_drift_check_timestamp_seconds";

/** A queue that holds lines of which none has left for so long is not being emptied. */
const stuck = "5m";

/** Signals of backups, looks for drift, delivery of logs and of alerts, and of the metrics themselves. */
export function regularSignals({ backupHours, driftCheckHours }: SignalInput): readonly Signal[] {
  return [
    {
      id: "backup-age",
      title: "Age of the newest verified backup",
      unit: "s",
      meaning: "Time since any database server made a backup that was proven whole.",
      group: "database",
      kind: "stat",
      thresholds: above(backupHours * hour, 2 * backupHours * hour),
      alert: { ...alert("BackupTooOld", 60), silence: backupHours * hour },
      runbook: "backup-too-old",
      onebox: { expr: `time() - max(${backupMetric} > 0)`, legend: "age" },
      aws: none("RDS makes the backups; `LatestRestorableTime` tells how far they go"),
    },
    {
      id: "drift-check-age",
      title: "Age of the last look for drift",
      unit: "s",
      meaning: "Time since the host that was looked at last but the longest ago was compared with the state.",
      group: "security",
      kind: "stat",
      thresholds: above(driftCheckHours * hour, 4 * driftCheckHours * hour),
      alert: { ...alert("DriftCheckTooOld", 60, ["warning"]), silence: driftCheckHours * hour },
      runbook: "configuration-drift",
      onebox: { expr: `time() - min(${driftCheckMetric})`, legend: "age" },
      aws: none("a workflow looks there, not a host of the stack"),
    },
    {
      id: "logs-undelivered",
      title: "Log lines not delivered",
      unit: "count",
      meaning: `Lines and metrics that wait on a host while none has left it for ${stuck}.`,
      group: "hosts",
      kind: "chart",
      thresholds: above(0, 10_000),
      alert: alert("LogsNotDelivered", 300, ["warning"]),
      runbook: "logs-dropped",
      onebox: {
        expr: `sum by (host, destination) (log_lines_queued) * (sum by (host, destination) (increase(log_lines_written_total[${stuck}])) == bool 0)`,
        legend: "{{host}} to {{destination}}",
      },
      aws: none("the CloudWatch agent queues by itself: a server that sends nothing at all is told"),
    },
    {
      id: "alerts-undelivered",
      title: "Messages not delivered",
      unit: "count",
      meaning:
        "Messages of the last five minutes that an Alertmanager could not deliver, by the kind of receiver.",
      group: "overview",
      kind: "chart",
      thresholds: above(0, 0),
      alert: alert("AlertsNotDelivered", 30, ["critical"]),
      runbook: "alerts-undelivered",
      onebox: {
        expr: "sum by (host, integration) (increase(alertmanager_notifications_failed_total[5m]))",
        legend: "{{host}} by {{integration}}",
      },
      aws: metrics("AWS/SNS/NumberOfNotificationsFailed"),
    },
    {
      id: "metrics-missing",
      title: "Metrics missing",
      unit: "count",
      meaning: "Metrics that alerts are made of and that a host, which answers, does not tell.",
      group: "hosts",
      kind: "chart",
      thresholds: above(0.5, 0.5),
      alert: alert("MetricsMissing", 300, ["warning"]),
      runbook: "metrics-missing",
      onebox: { expr: missingSeries, legend: "{{host}} {{metric}}" },
      aws: none("every alarm says itself what no data means"),
    },
  ];
}
