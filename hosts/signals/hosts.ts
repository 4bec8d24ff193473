/** Signals of every host. */
import { above, alert, below, metrics, none, type Signal, upOrDown } from "./types.ts";

const ownQueue = none(
  "the CloudWatch agent and Sumo Logic's collector queue by themselves and log what they drop",
);

/** Signals of every host over the window `w`. */
export function hostSignals(w: string): readonly Signal[] {
  return [
    {
      id: "host-up",
      title: "Host",
      unit: "bool",
      meaning: "Whether the host's agent answers the monitor (AWS: how often a minute it told something).",
      group: "hosts",
      kind: "state",
      thresholds: below(1, 1),
      states: upOrDown,
      alert: alert("HostDown", 30, ["warning"]),
      runbook: "host-down",
      onebox: { expr: 'up{job="node"}', legend: "{{host}}" },
      aws: metrics("stack/cpu_usage_active"),
    },
    {
      id: "host-services",
      title: "Services down",
      unit: "count",
      meaning: "Supervised processes of the host that do not run.",
      group: "hosts",
      kind: "state",
      thresholds: above(0.5, 0.5),
      alert: alert("ServiceDown", 60, ["warning"]),
      runbook: "service-down",
      onebox: { expr: "sum by (host) (1 - host_service_up)", legend: "{{host}}" },
      aws: none("a server whose service is down fails the balancer's check and is replaced: healthy-servers"),
    },
    {
      id: "host-cpu",
      title: "Processor",
      unit: "ratio",
      meaning: "How much processor each host's own processes use: cores (AWS: percent of the server).",
      group: "hosts",
      kind: "chart",
      thresholds: null,
      alert: null,
      runbook: "host-busy",
      onebox: { expr: `rate(host_cpu_seconds_total[${w}])`, legend: "{{host}}" },
      aws: metrics("stack/cpu_usage_active"),
    },
    {
      id: "host-memory",
      title: "Memory",
      unit: "bytes",
      meaning:
        "Memory of each host's own processes, shared pages counted by each (AWS: percent of the server).",
      group: "hosts",
      kind: "chart",
      thresholds: null,
      alert: null,
      runbook: "host-busy",
      onebox: { expr: "host_memory_bytes", legend: "{{host}}" },
      aws: metrics("stack/mem_used_percent"),
    },
    {
      id: "host-disk",
      title: "Disk in use",
      unit: "ratio",
      meaning: "Share of the disk with the host's data that is full.",
      group: "hosts",
      kind: "state",
      thresholds: above(0.8, 0.95),
      alert: alert("DiskFills", 300),
      runbook: "disk-full",
      onebox: { expr: "1 - host_disk_available_bytes / host_disk_size_bytes", legend: "{{host}}" },
      aws: metrics("stack/disk_used_percent"),
    },
    {
      id: "logs-queued",
      title: "Log lines that wait",
      unit: "count",
      meaning:
        "Lines and metrics that a host keeps because the monitor, or Sumo Logic, does not take them now.",
      group: "hosts",
      kind: "chart",
      thresholds: null,
      alert: null,
      runbook: "logs-dropped",
      onebox: {
        expr: "sum by (host, destination) (log_lines_queued)",
        legend: "{{host}} to {{destination}}",
      },
      aws: ownQueue,
    },
    {
      id: "logs-dropped",
      title: "Log lines given up",
      unit: "count",
      meaning: "Lines and metrics a minute that found their queue full and are lost.",
      group: "hosts",
      kind: "chart",
      thresholds: above(0, 1000),
      alert: alert("LogsDropped", 60, ["warning"]),
      runbook: "logs-dropped",
      onebox: {
        expr: `sum by (host, destination) (rate(log_lines_dropped_total[${w}])) * 60`,
        legend: "{{host}} to {{destination}}",
      },
      aws: ownQueue,
    },
  ];
}
