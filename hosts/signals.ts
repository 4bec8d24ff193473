/** The one catalogue of what is watched: agents, rules, dashboards and alarms of every cloud are made of it. */
import { drills, headlines } from "./dashboardMarks.ts";

export type SignalUnit = "req/s" | "s" | "ratio" | "bytes" | "days" | "count" | "bool" | "conn";
export type SignalGroup = "overview" | "balancer" | "web" | "database" | "hosts" | "security";

/** From where on a value is worth a look, and from where on somebody must act. */
export interface Thresholds {
  readonly warn: number;
  readonly critical: number;
  readonly direction: "above" | "below";
}

/** Something that is watched. */
export interface Signal {
  readonly id: string;
  readonly title: string;
  readonly unit: SignalUnit;
  /** What it tells, for someone who sees it for the first time. */
  readonly meaning: string;
  readonly group: SignalGroup;
  /** A line over time, one number, or a state of each host. */
  readonly kind: "chart" | "stat" | "state";
  readonly thresholds: Thresholds | null;
  /** Words for the values of a state; without them a `bool` is yes or no and anything else a number. */
  readonly states?: Readonly<Record<string, string>>;
  /** Anchor in the operating guide that says what to do about it. */
  readonly runbook: string;
  /** Where Prometheus has it from. With `record`, a recording rule of that name computes `expr`. */
  readonly onebox: { readonly expr: string; readonly legend: string; readonly record?: string };
}

/** Shortest window of a rate, seconds: short enough to see a failover, long enough to be smooth. */
const shortestWindow = 30;
/** A rate needs two samples; four let one be late. */
const samplesPerWindow = 4;

const above = (warn: number, critical: number): Thresholds => ({ warn, critical, direction: "above" });
const below = (warn: number, critical: number): Thresholds => ({ warn, critical, direction: "below" });

const upOrDown = { "0": "down", "1": "up" };

/** When a session to each database node was last begun as the writer, Unix seconds, seen by any web server. */
const writerSessions = 'haproxy_server_last_session_seconds{job="database-proxy",proxy="writer"}';
const newestSession = `max by (server) (timestamp(${writerSessions}) - (${writerSessions} >= 0))`;

/** Requests as visitors see them: at the balancer, or at the web servers where the balancer does not decrypt. */
function visible(atBalancer: string, atWeb: string): string {
  return `${atBalancer} or ${atWeb}`;
}

/** A quotient that is 0 where nothing happened, and not undefined. */
const share = (part: string, whole: string) => `((${part}) / (${whole})) >= 0 or vector(0)`;

function requestSignals(w: string): readonly Signal[] {
  const quantile = (q: number, by: string) => {
    const labels = by === "" ? "le" : `le, ${by}`;
    const of = (metric: string) =>
      `histogram_quantile(${q}, sum by (${labels}) (rate(${metric}_bucket[${w}])))`;
    return by === ""
      ? visible(of("balancer_request_duration_seconds"), of("web_request_duration_seconds"))
      : of("web_request_duration_seconds");
  };
  const rateOf = (codes: string) => {
    const of = (metric: string) => `sum(rate(${metric}{code=~"${codes}"}[${w}]))`;
    return visible(of("balancer_requests_total"), of("web_requests_total"));
  };
  const latency = (percent: number, thresholds: Thresholds | null): Signal => ({
    id: `latency-p${percent}`,
    title: `Latency, p${percent}`,
    unit: "s",
    meaning: `${percent} of 100 requests are answered within this time, as visitors see it.`,
    group: "overview",
    kind: "chart",
    thresholds,
    runbook: "slow-answers",
    onebox: {
      expr: quantile(percent / 100, ""),
      legend: `p${percent}`,
      record: `site:request_duration_seconds:p${percent}`,
    },
  });
  const webLatency = (percent: number): Signal => ({
    id: `web-latency-p${percent}`,
    title: `Latency by web server, p${percent}`,
    unit: "s",
    meaning: `${percent} of 100 requests are answered by each web server within this time.`,
    group: "web",
    kind: "chart",
    thresholds: null,
    runbook: "slow-answers",
    onebox: {
      expr: quantile(percent / 100, "host"),
      legend: "{{host}}",
      record: `web:request_duration_seconds:p${percent}`,
    },
  });
  return [
    {
      id: "qps",
      title: "Requests per second",
      unit: "req/s",
      meaning: "How many requests visitors make each second.",
      group: "overview",
      kind: "chart",
      thresholds: null,
      runbook: "more-traffic",
      onebox: {
        expr: visible(
          `sum(rate(haproxy_frontend_http_requests_total{proxy="visitors"}[${w}]))`,
          `sum(rate(web_requests_total[${w}]))`,
        ),
        legend: "all",
        record: "site:requests:rate",
      },
    },
    latency(50, null),
    latency(95, above(0.5, 2)),
    latency(99, above(1, 5)),
    {
      id: "error-ratio",
      title: "Failed requests",
      unit: "ratio",
      meaning: "Share of requests that the site answers with an error of its own (5xx).",
      group: "overview",
      kind: "chart",
      thresholds: above(0.01, 0.05),
      runbook: "errors",
      onebox: { expr: share(rateOf("5.."), rateOf(".+")), legend: "5xx", record: "site:errors:ratio" },
    },
    {
      id: "client-error-ratio",
      title: "Refused requests",
      unit: "ratio",
      meaning:
        "Share of requests that are answered with a fault of the visitor's (4xx): unknown pages, limits.",
      group: "overview",
      kind: "chart",
      thresholds: null,
      runbook: "refused-requests",
      onebox: { expr: share(rateOf("4.."), rateOf(".+")), legend: "4xx", record: "site:refused:ratio" },
    },
    {
      id: "web-qps",
      title: "Requests per second by web server",
      unit: "req/s",
      meaning: "How the requests are spread over the web servers.",
      group: "web",
      kind: "chart",
      thresholds: null,
      runbook: "more-traffic",
      onebox: {
        expr: `sum by (host) (rate(web_requests_total[${w}]))`,
        legend: "{{host}}",
        record: "web:requests:rate",
      },
    },
    webLatency(50),
    webLatency(95),
    webLatency(99),
    {
      id: "rate-limited",
      title: "Rate-limited requests per second",
      unit: "req/s",
      meaning: "Requests that were refused (429) because one address asked for too much.",
      group: "security",
      kind: "chart",
      thresholds: above(10, 1000),
      runbook: "rate-limited",
      onebox: { expr: `${rateOf("429")} or vector(0)`, legend: "429" },
    },
  ];
}

function balancerSignals(w: string): readonly Signal[] {
  return [
    {
      id: "site-up",
      title: "Site",
      unit: "bool",
      meaning: "Whether a balancer holds the site's address and has a web server to send visitors to.",
      group: "overview",
      kind: "stat",
      thresholds: below(1, 1),
      states: upOrDown,
      runbook: "site-down",
      onebox: {
        expr: '(max(balancer_active == 1 and on (host) (haproxy_backend_active_servers{proxy="web"} > bool 0) == 1)) or vector(0)',
        legend: "up",
        record: "site:up",
      },
    },
    {
      id: "balancer-active",
      title: "Active balancer",
      unit: "bool",
      meaning: "Which balancer holds the site's address. Exactly one does.",
      group: "balancer",
      kind: "state",
      thresholds: null,
      states: { "0": "standby", "1": "active" },
      runbook: "balancer-down",
      onebox: { expr: "balancer_active", legend: "{{host}}" },
    },
    {
      id: "healthy-servers",
      title: "Web servers in rotation",
      unit: "count",
      meaning: "Web servers that pass the health check of the balancer that sees the fewest.",
      group: "balancer",
      kind: "stat",
      thresholds: below(2.5, 1.5),
      runbook: "web-server-down",
      onebox: { expr: 'min(haproxy_backend_active_servers{proxy="web"})', legend: "healthy" },
    },
    {
      id: "server-state",
      title: "Health check by web server",
      unit: "bool",
      meaning: "Whether a web server passes the health check of each balancer.",
      group: "balancer",
      kind: "state",
      thresholds: below(1, 1),
      states: upOrDown,
      runbook: "web-server-down",
      onebox: {
        expr: 'min by (server) (haproxy_server_status{proxy="web",state="UP"})',
        legend: "{{server}}",
      },
    },
    {
      id: "balancer-connections",
      title: "Visitors' connections",
      unit: "conn",
      meaning: "Connections that visitors hold open, by balancer.",
      group: "balancer",
      kind: "chart",
      thresholds: above(7000, 9000),
      runbook: "more-traffic",
      onebox: { expr: 'haproxy_frontend_current_sessions{proxy="visitors"}', legend: "{{host}}" },
    },
    {
      id: "balancer-retries",
      title: "Requests sent again",
      unit: "req/s",
      meaning: "Requests that one web server did not answer and the balancer sent to another.",
      group: "balancer",
      kind: "chart",
      thresholds: null,
      runbook: "web-server-down",
      onebox: {
        expr: `sum by (host) (rate(haproxy_backend_retry_warnings_total{proxy=~"web.*"}[${w}]) + rate(haproxy_backend_redispatch_warnings_total{proxy=~"web.*"}[${w}]))`,
        legend: "{{host}}",
      },
    },
  ];
}

function databaseSignals(w: string): readonly Signal[] {
  const chart = (
    id: string,
    title: string,
    unit: SignalUnit,
    meaning: string,
    expr: string,
    thresholds: Thresholds | null,
  ): Signal => ({
    id: `database-${id}`,
    title,
    unit,
    meaning,
    group: "database",
    kind: "chart",
    thresholds,
    runbook: `database-${id}`,
    onebox: { expr, legend: "{{host}}" },
  });
  return [
    {
      id: "database-writer",
      title: "Writer",
      unit: "bool",
      meaning: "Which database node the web servers write to. Normally exactly one.",
      group: "database",
      kind: "state",
      thresholds: null,
      states: { "0": "replica", "1": "writer" },
      runbook: "database-writer",
      onebox: {
        // The node that got the newest session, and not the one that has any: pools let theirs go when nobody writes.
        expr: `(${newestSession} == bool scalar(max(${newestSession}))) or max by (server) (${writerSessions}) * 0`,
        legend: "{{server}}",
      },
    },
    {
      id: "database-state",
      title: "Node state",
      unit: "count",
      meaning: "State of each node in the cluster: 4 synced, 3 joined, 2 donor, 1 joining, 0 not connected.",
      group: "database",
      kind: "state",
      thresholds: below(4, 2),
      states: { "0": "not connected", "1": "joining", "2": "donor", "3": "joined", "4": "synced" },
      runbook: "database-state",
      onebox: { expr: "mysql_global_status_wsrep_local_state", legend: "{{host}}" },
    },
    {
      id: "database-primary",
      title: "In the primary component",
      unit: "bool",
      meaning: "Whether a node belongs to the majority that may accept writes.",
      group: "database",
      kind: "state",
      thresholds: below(1, 1),
      runbook: "database-state",
      onebox: { expr: "mysql_global_status_wsrep_cluster_status == bool 1", legend: "{{host}}" },
    },
    {
      id: "database-cluster-size",
      title: "Nodes in the cluster",
      unit: "count",
      meaning: "How many nodes see each other. Two can go on writing; one alone cannot.",
      group: "database",
      kind: "stat",
      thresholds: below(2.5, 1.5),
      runbook: "database-state",
      onebox: { expr: "max(mysql_global_status_wsrep_cluster_size) or vector(0)", legend: "nodes" },
    },
    chart(
      "lag",
      "Replication queue",
      "count",
      "Changes that a node has received and not yet applied: how far it is behind.",
      "mysql_global_status_wsrep_local_recv_queue",
      above(50, 500),
    ),
    chart(
      "flow-control",
      "Paused by flow control",
      "ratio",
      "Share of the time in which writes waited for the slowest node.",
      `clamp_max(rate(mysql_global_status_wsrep_flow_control_paused_ns[${w}]) / 1e9, 1)`,
      above(0.1, 0.5),
    ),
    chart(
      "connections",
      "Connections",
      "conn",
      "Open connections by node.",
      "mysql_global_status_threads_connected",
      above(200, 280),
    ),
    chart(
      "queries",
      "Queries per second",
      "req/s",
      "Statements that each node executes for the application.",
      `rate(mysql_global_status_questions[${w}])`,
      null,
    ),
    chart(
      "conflicts",
      "Write conflicts per second",
      "req/s",
      "Transactions that lost against another node's and were rolled back.",
      `rate(mysql_global_status_wsrep_local_cert_failures[${w}]) + rate(mysql_global_status_wsrep_local_bf_aborts[${w}])`,
      above(1, 20),
    ),
  ];
}

function hostSignals(w: string): readonly Signal[] {
  return [
    {
      id: "host-up",
      title: "Host",
      unit: "bool",
      meaning: "Whether the host's agent answers the monitor.",
      group: "hosts",
      kind: "state",
      thresholds: below(1, 1),
      states: upOrDown,
      runbook: "host-down",
      onebox: { expr: 'up{job="node"}', legend: "{{host}}" },
    },
    {
      id: "host-services",
      title: "Services down",
      unit: "count",
      meaning: "Supervised processes of the host that do not run.",
      group: "hosts",
      kind: "state",
      thresholds: above(0.5, 0.5),
      runbook: "service-down",
      onebox: { expr: "sum by (host) (1 - host_service_up)", legend: "{{host}}" },
    },
    {
      id: "host-cpu",
      title: "Processor",
      unit: "ratio",
      meaning: "Processor cores that the host's own processes use: 1 is one whole core.",
      group: "hosts",
      kind: "chart",
      thresholds: null,
      runbook: "host-busy",
      onebox: { expr: `rate(host_cpu_seconds_total[${w}])`, legend: "{{host}}" },
    },
    {
      id: "host-memory",
      title: "Memory",
      unit: "bytes",
      meaning: "Memory of the host's own processes, shared pages counted by each.",
      group: "hosts",
      kind: "chart",
      thresholds: null,
      runbook: "host-busy",
      onebox: { expr: "host_memory_bytes", legend: "{{host}}" },
    },
    {
      id: "host-disk",
      title: "Disk in use",
      unit: "ratio",
      meaning: "Share of the disk with the host's data that is full.",
      group: "hosts",
      kind: "state",
      thresholds: above(0.8, 0.95),
      runbook: "disk-full",
      onebox: { expr: "1 - host_disk_available_bytes / host_disk_size_bytes", legend: "{{host}}" },
    },
    {
      id: "certificate-days",
      title: "Certificate, days left",
      unit: "days",
      meaning: "Days until the first of the host's certificates ends. `up` renews them in time.",
      group: "security",
      kind: "state",
      thresholds: below(21, 7),
      runbook: "certificate-ends",
      onebox: { expr: "(min by (host) (host_certificate_end_seconds) - time()) / 86400", legend: "{{host}}" },
    },
    {
      id: "denied-packets",
      title: "Packets refused by the firewall",
      unit: "count",
      meaning: "Packets a minute that no rule permits, in or out, by host.",
      group: "security",
      kind: "chart",
      thresholds: above(60, 6000),
      runbook: "denied-packets",
      onebox: {
        expr: `sum by (host) (rate(firewall_denied_packets_total[${w}])) * 60`,
        legend: "{{host}}",
      },
    },
  ];
}

/** Every signal, for metrics that are collected every so many seconds. */
export function signalCatalogue(scrapeSeconds: number): readonly Signal[] {
  const window = `${Math.max(shortestWindow, samplesPerWindow * scrapeSeconds)}s`;
  return [requestSignals, balancerSignals, databaseSignals, hostSignals].flatMap((part) => part(window));
}

/** What the dashboard is told besides the signals. */
export interface DashboardStack {
  readonly stack: string;
  readonly domain: string;
  readonly links: readonly { readonly title: string; readonly url: string }[];
  readonly hosts: readonly { readonly name: string; readonly tier: string; readonly zone: string }[];
  readonly scrapeSeconds: number;
}

/** Text of `/signals.json`. */
export function dashboardSignals({ scrapeSeconds, ...stack }: DashboardStack): string {
  const signals = signalCatalogue(scrapeSeconds).map(({ onebox, ...signal }) => ({
    ...signal,
    expr: onebox.record ?? onebox.expr,
    legend: onebox.legend,
  }));
  return `${JSON.stringify({ ...stack, headlines, drills, signals }, null, 2)}\n`;
}
