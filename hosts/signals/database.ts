/** Signals of the database. */
import {
  type AlertRule,
  above,
  alert,
  below,
  metrics,
  missing,
  none,
  type Signal,
  type SignalUnit,
  type Thresholds,
} from "./types.ts";

const managed = none(
  "RDS replaces a node that is ill by itself, and tells of it by an event to the alarms' topic",
);
const onlyGalera = none("belongs to Galera's replication, which RDS does not use");

/** When a session to each database node was last begun as the writer, Unix seconds, seen by any web server. */
const writerSessions = 'haproxy_server_last_session_seconds{job="database-proxy",proxy="writer"}';
/**
 * A node with open sessions counts as a minute later: times are whole seconds, and within one second the old writer may
 * have begun a last session and the new one its first. The old one's sessions are closed.
 */
const openSessions =
  'max by (server) (haproxy_server_current_sessions{job="database-proxy",proxy="writer"} > bool 0)';
const newestSession = `(max by (server) (timestamp(${writerSessions}) - (${writerSessions} >= 0)) + 60 * ${openSessions})`;

/** What only a managed database has a number of its own for. */
function managedOnly(id: string, title: string, meaning: string, metric: string): Signal {
  return {
    id: `database-${id}`,
    title,
    unit: "count",
    meaning,
    group: "database",
    kind: "chart",
    thresholds: null,
    alert: null,
    runbook: `database-${id}`,
    onebox: none("the node is a host of the stack: host-cpu, host-memory, host-disk and latency tell"),
    aws: metrics(`AWS/RDS/${metric}`),
  };
}

/** Signals of the database over the window `w`. */
export function databaseSignals(w: string, nodes: number): readonly Signal[] {
  const chart = (
    id: string,
    title: string,
    unit: SignalUnit,
    meaning: string,
    expr: string,
    thresholds: Thresholds | null,
    told: AlertRule | null,
    aws: Signal["aws"],
  ): Signal => ({
    id: `database-${id}`,
    title,
    unit,
    meaning,
    group: "database",
    kind: "chart",
    thresholds,
    alert: told,
    runbook: `database-${id}`,
    onebox: { expr, legend: "{{host}}" },
    aws,
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
      alert: null,
      runbook: "database-writer",
      onebox: {
        // The node that got the newest session, and not the one that has any: pools let theirs go when nobody writes.
        expr: `(${newestSession} == bool scalar(max(${newestSession}))) or max by (server) (${writerSessions}) * 0`,
        legend: "{{server}}",
      },
      aws: metrics("AWS/RDS/DatabaseConnections"),
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
      alert: alert("DatabaseNodeOutOfStep", 60, ["warning"]),
      runbook: "database-state",
      onebox: { expr: "mysql_global_status_wsrep_local_state", legend: "{{host}}" },
      aws: managed,
    },
    {
      id: "database-primary",
      title: "In the primary component",
      unit: "bool",
      meaning: "Whether a node belongs to the majority that may accept writes.",
      group: "database",
      kind: "state",
      thresholds: below(1, 1),
      alert: alert("DatabaseNodeCutOff", 30, ["warning"]),
      runbook: "database-state",
      onebox: { expr: "mysql_global_status_wsrep_cluster_status == bool 1", legend: "{{host}}" },
      aws: managed,
    },
    {
      id: "database-cluster-size",
      title: "Nodes in the cluster",
      unit: "count",
      meaning: "How many nodes see each other. Two can go on writing; one alone cannot.",
      group: "database",
      kind: "stat",
      thresholds: missing(nodes),
      alert: alert("DatabaseLosesItsMajority", 15, ["critical"]),
      runbook: "database-state",
      onebox: { expr: "max(mysql_global_status_wsrep_cluster_size) or vector(0)", legend: "nodes" },
      aws: managed,
    },
    {
      id: "database-writable",
      title: "Nodes that take writes",
      unit: "count",
      meaning: "Database nodes that are not read-only. None: the site can be read, and every write fails.",
      group: "database",
      kind: "stat",
      thresholds: below(0.5, 0.5),
      alert: alert("AllDatabasesReadOnly", 30, ["critical"]),
      runbook: "database-read-only",
      onebox: { expr: "count(mysql_global_variables_read_only == 0) or vector(0)", legend: "nodes" },
      aws: none("RDS never makes the writer read-only but when its storage is full: database-storage"),
    },
    chart(
      "lag",
      "Replication queue",
      "count",
      "Changes that a node has received and not yet applied: how far it is behind.",
      "mysql_global_status_wsrep_local_recv_queue",
      above(50, 500),
      alert("DatabaseBehind", 120),
      metrics("AWS/RDS/ReplicaLag", "AWS/RDS/AuroraReplicaLag"),
    ),
    chart(
      "flow-control",
      "Paused by flow control",
      "ratio",
      "Share of the time in which writes waited for the slowest node.",
      `clamp_max(rate(mysql_global_status_wsrep_flow_control_paused_ns[${w}]) / 1e9, 1)`,
      above(0.1, 0.5),
      alert("DatabaseHeldUp", 300, ["warning"]),
      onlyGalera,
    ),
    chart(
      "connections",
      "Connections",
      "conn",
      "Open connections by node.",
      "mysql_global_status_threads_connected",
      above(200, 280),
      alert("DatabaseConnectionsRunOut", 120),
      metrics("AWS/RDS/DatabaseConnections"),
    ),
    chart(
      "queries",
      "Queries per second",
      "req/s",
      "Statements that each node executes for the application.",
      `rate(mysql_global_status_questions[${w}])`,
      null,
      null,
      none("RDS counts statements in Performance Insights alone"),
    ),
    chart(
      "conflicts",
      "Write conflicts per second",
      "req/s",
      "Transactions that lost against another node's and were rolled back.",
      `rate(mysql_global_status_wsrep_local_cert_failures[${w}]) + rate(mysql_global_status_wsrep_local_bf_aborts[${w}])`,
      above(1, 20),
      alert("DatabaseConflicts", 300, ["warning"]),
      onlyGalera,
    ),
    managedOnly("cpu", "Database processor", "How busy each database node is, percent.", "CPUUtilization"),
    managedOnly(
      "memory",
      "Database memory free",
      "Memory that each database node has left.",
      "FreeableMemory",
    ),
    managedOnly(
      "storage",
      "Database storage free",
      "Storage that each database node has left.",
      "FreeStorageSpace",
    ),
    managedOnly("commits", "Commit latency", "How long a commit takes on each node.", "CommitLatency"),
  ];
}
