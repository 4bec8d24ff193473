/**
 * What it means that a series which alerts are made of is gone: either whoever should tell it is named, and its absence
 * raises MetricsMissing, or the reason stands here why its absence is no news.
 */

/** Who tells a series: every host of a collection that answers. */
interface Told {
  /** Collection, by Prometheus's name of the job; with more labels where not every host of it tells the series. */
  readonly by: string;
}

/** Why nobody need be told. */
interface Quiet {
  readonly quiet: string;
}

const node = { by: 'job="node"' };
const balancer = { by: 'job="balancer"' };
const mysql = { by: 'job="mysql"' };
const firstRequest = { quiet: "begins with the first request; mtail that ends is ServiceDown" };
const withMysql = {
  quiet: "the exporter tells all of the server or nothing: mysql_global_variables_read_only",
};
const countsBoth = { quiet: "one look at HAProxy tells all of it: haproxy_backend_active_servers" };
const probed = { quiet: "probe_success tells, and a site that cannot be asked has none of these" };

/** Series, with the labels that alerts choose them by, and who tells it. */
export const presence: Readonly<Record<string, Told | Quiet>> = {
  up: { quiet: "Prometheus makes it for every host that is configured, and Heartbeat tells of Prometheus" },
  host_service_up: node,
  host_disk_size_bytes: node,
  host_disk_available_bytes: node,
  host_certificate_end_seconds: node,
  host_unexpected_listeners: node,
  host_setuid_files: node,
  firewall_denied_packets_total: node,
  log_lines_queued: node,
  log_lines_written_total: node,
  log_lines_dropped_total: node,
  balancer_active: { by: 'job="node",tier="balancer"' },
  'haproxy_backend_active_servers{proxy="web"}': balancer,
  haproxy_server_status: countsBoth,
  haproxy_frontend_current_sessions: countsBoth,
  haproxy_backend_current_queue: countsBoth,
  mysql_global_variables_read_only: mysql,
  mysql_global_status_wsrep_local_state: withMysql,
  mysql_global_status_wsrep_cluster_status: withMysql,
  mysql_global_status_wsrep_cluster_size: withMysql,
  mysql_global_status_wsrep_local_recv_queue: withMysql,
  mysql_global_status_wsrep_flow_control_paused_ns: withMysql,
  mysql_global_status_wsrep_local_cert_failures: withMysql,
  mysql_global_status_wsrep_local_bf_aborts: withMysql,
  mysql_global_status_threads_connected: withMysql,
  mysql_global_status_access_denied_errors: withMysql,
  alertmanager_notifications_failed_total: { by: 'job="alertmanager"' },
  probe_success: { by: 'job=~"probe.*"' },
  probe_ssl_earliest_cert_expiry: probed,
  probe_tls_version_info: probed,
  balancer_requests_total: firstRequest,
  balancer_request_duration_seconds_bucket: firstRequest,
  web_requests_total: firstRequest,
  web_request_duration_seconds_bucket: firstRequest,
  foobar_backup_last_verified_timestamp_seconds: { quiet: "BackupTooOld is raised by its absence too" },
  foobar_drift_check_timestamp_seconds: { quiet: "DriftCheckTooOld is raised by its absence too" },
};

const named = (expr: string, metric: string) => `label_replace(${expr}, "metric", "${metric}", "", "")`;

/** 1 for each series that a host does not tell although it answers, and for each collection that fails on such a host. */
export const missingSeries: string = [
  ...Object.entries(presence).flatMap(([series, who]) =>
    "quiet" in who
      ? []
      : [named(`(up{${who.by}} == 1 unless on (job, host) ${series})`, series.replace(/\{.*/, ""))],
  ),
  'label_replace((up{job!="node"} == bool 0) == 1 unless on (host) up{job="node"} == 0, "metric", "$1", "job", "(.*)")',
].join(" or ");
