/** A database node: MariaDB with Galera; TLS for clients, replication and state transfer. */
import { type Layout, ownLogs, type Peer } from "../layout.ts";
import { ports } from "../ports.ts";
import { type ServiceSpec, serviceSpec } from "../service.ts";
import type { TlsPaths } from "../tlsFiles.ts";

/** What a database node is told. */
export interface DatabaseNodeInput {
  readonly layout: Layout;
  /** This node; one of `members`. */
  readonly host: string;
  readonly members: readonly Peer[];
  /** Name of the cluster. */
  readonly cluster: string;
  /** InnoDB buffer pool, MiB. */
  readonly memoryMiB: number;
  readonly tls: TlsPaths;
  /** Provider library; Debian's is `/usr/lib/galera/libgalera_smm.so`. */
  readonly galeraLibrary: string;
  /** User that the node runs as: `mysql`, or `root` inside a user namespace that has no other. */
  readonly user: "mysql" | "root";
}

/** Places that others need: everything of the node lies below these. */
export interface DatabasePaths {
  readonly socket: string;
  readonly dataDirectory: string;
  readonly defaultsFile: string;
  /** Its presence makes the next start begin a new cluster; removed by that start. */
  readonly bootstrapMarker: string;
  /** Addresses of all nodes; read at each start, so that a node that comes or goes restarts no other. */
  readonly members: string;
}

/** Where a node's parts lie. */
export function databasePaths(layout: Layout): DatabasePaths {
  return {
    socket: `${layout.run}/mariadb/mariadb.sock`,
    dataDirectory: `${layout.data}/mariadb/data`,
    defaultsFile: `${layout.etc}/mariadb/my.cnf`,
    bootstrapMarker: `${layout.data}/mariadb/bootstrap`,
    members: `${layout.etc}/mariadb/members`,
  };
}

/**
 * Shell command on a node: fails with a message when the node is the only one of its cluster, so that a change does not
 * restart the last one that serves. A node that does not answer serves nobody and may be restarted.
 */
export const requireOthers = (layout: Layout): string =>
  `size=$(mariadb --no-defaults --socket=${databasePaths(layout).socket} --user=root -BNe "SHOW STATUS LIKE 'wsrep_cluster_size'" 2>/dev/null | cut -f2)
[ "$size" != 1 ] || { echo "the only database server of the cluster stays as it is; see to the others first (npm run status)" >&2; exit 1; }`;

/** Statements that took long. */
export const slowLog = (layout: Layout): string => `${ownLogs(layout, "mariadb")}/slow.log`;

/**
 * How fast the group gives up a silent member, and how fast members agree on a new group. Measured: 2 s without a
 * writer (6.4 s by default). Sharper is worse: inactive 2 s with install 2 s left three nodes without a primary
 * component while one was cut off. Nodes that start at the same time find each other in steps of the join period; with
 * the default of 1 s they took one to three of them, and twice as long as the rest of a start.
 */
const groupTimeouts = {
  "evs.keepalive_period": "PT0.3S",
  "evs.suspect_timeout": "PT1S",
  "evs.inactive_check_period": "PT0.3S",
  "evs.inactive_timeout": "PT3S",
  "evs.install_timeout": "PT3S",
  "evs.join_retrans_period": "PT0.2S",
};

/** Write sets kept for members that come back after a short absence: they need no full copy then. */
const writeSetCache = "64M";

/** Ten a second: as long as the transfer script's own pause and twice as long again. */
const transferRetries = 300;

/** Options of an option file: an empty value is a bare switch. */
function group(name: string, options: Readonly<Record<string, string | number>>): string {
  return `[${name}]\n${Object.entries(options)
    .map(([option, value]) => (value === "" ? option : `${option} = ${value}`))
    .join("\n")}\n`;
}

/** Option file, at `databasePaths(layout).defaultsFile`. @throws Error when the host is not among the members. */
export function renderDatabaseConfig(input: DatabaseNodeInput): string {
  const { layout, host, members, tls } = input;
  const self = members.find(({ name }) => name === host);
  if (!self) throw new Error(`${host} is not one of the nodes ${members.map(({ name }) => name).join(", ")}`);
  const { socket, dataDirectory } = databasePaths(layout);
  const provider = {
    ...groupTimeouts,
    "pc.recovery": "true",
    "gcache.size": writeSetCache,
    "gmcast.listen_addr": `ssl://${self.address}:${ports.galera}`,
    "ist.recv_addr": `ssl://${self.address}:${ports.galeraIst}`,
    "socket.ssl_ca": tls.ca,
    "socket.ssl_cert": tls.certificate,
    "socket.ssl_key": tls.key,
  };
  return [
    group("mariadbd", {
      user: input.user,
      datadir: dataDirectory,
      socket,
      "pid-file": `${layout.run}/mariadb/mariadb.pid`,
      port: ports.mysql,
      "bind-address": self.address,
      "skip-name-resolve": "",
      "local-infile": "OFF",
      "secure-file-priv": dataDirectory,
      "character-set-server": "utf8mb4",
      "collation-server": "utf8mb4_unicode_ci",
      max_connections: 300,
      wait_timeout: 600,
      performance_schema: "OFF",
      "skip-log-bin": "",
      binlog_format: "ROW",
      default_storage_engine: "InnoDB",
      innodb_buffer_pool_size: `${input.memoryMiB}M`,
      innodb_autoinc_lock_mode: 2,
      // Who writes what another transaction has changed since it was read is told so: no update is lost unseen.
      innodb_snapshot_isolation: "ON",
      // 0 is faster, and measured to lose 151 of 953 acknowledged rows when all nodes die at once.
      innodb_flush_log_at_trx_commit: 1,
      "ssl-ca": tls.ca,
      "ssl-cert": tls.certificate,
      "ssl-key": tls.key,
      "tls-version": "TLSv1.2,TLSv1.3",
      require_secure_transport: "ON",
      slow_query_log: "ON",
      slow_query_log_file: slowLog(layout),
      long_query_time: 1,
      // Not every health check of a node that is not ready yet.
      log_warnings: 1,
      wsrep_on: "ON",
      wsrep_provider: input.galeraLibrary,
      wsrep_provider_options: `"${Object.entries(provider)
        .map(([name, value]) => `${name}=${value}`)
        .join("; ")}"`,
      wsrep_cluster_name: input.cluster,
      wsrep_node_name: host,
      wsrep_node_address: self.address,
      wsrep_slave_threads: 4,
      // A statement by itself that loses against another node's is run again before the application hears of it.
      wsrep_retry_autocommit: 3,
      wsrep_sst_method: "mariabackup",
      wsrep_sst_receive_address: `${self.address}:${ports.galeraSst}`,
      // No password: over the Unix socket the server knows who asks.
      wsrep_sst_auth: `${input.user}:`,
    }),
    // 3: by certificate; both sides check the chain, the donor also that the joiner's name is the one it gave.
    // The giver tries again until the joiner listens: see the start program.
    group("sst", { encrypt: 3, sockopt: `",retry=${transferRetries},interval=0.1"` }),
    group("client", { socket }),
    group("mariadb-backup", { socket, user: input.user }),
  ].join("\n");
}

/** Where a node looks for the others; at `databasePaths(layout).members`. */
export const renderDatabaseMembers = (members: readonly Peer[]): string =>
  `gcomm://${members.map(({ address }) => `${address}:${ports.galera}`).join(",")}\n`;

/** Where the start program lies. */
const startProgram = (layout: Layout) => `${layout.etc}/mariadb/start`;

/**
 * Program that starts the node, to be put at `etc/mariadb/start`. With the marker it begins a new cluster, once:
 * whoever put the marker there has made sure that this node has the most (see recovery.ts). After a crash it first
 * asks InnoDB how far the data goes, so that the node fetches only what it missed.
 */
export function renderDatabaseStart(layout: Layout): string {
  const { dataDirectory, defaultsFile, bootstrapMarker, members } = databasePaths(layout);
  return `#!/bin/sh
# Starts the database node.
set -eu
data=${dataDirectory}
umask 0027
mkdir -p "$data"
set -- --defaults-file=${defaultsFile} "--wsrep-cluster-address=$(cat ${members})"
# The state transfer's script sleeps 10 s so that the joiner listens again before the giver connects. The giver tries
# again until it does, so that a fraction of it is enough: a joiner is there in 3 s instead of 13.
export BASH_ENV=${layout.run}/mariadb/transfer-environment
echo 'sleep() { [ "$1" != 10 ] || set -- 0.3; command sleep "$@"; }' >"$BASH_ENV"
if [ -e ${bootstrapMarker} ]; then
  rm -f ${bootstrapMarker}
  [ ! -e "$data/grastate.dat" ] || sed -i 's/^safe_to_bootstrap:.*/safe_to_bootstrap: 1/' "$data/grastate.dat"
  set -- "$@" --wsrep-new-cluster
fi
if [ -d "$data/mysql" ] && grep -q '^seqno:[[:space:]]*-1' "$data/grastate.dat" 2>/dev/null; then
  position=$(mariadbd "$@" --wsrep-recover --bind-address=127.0.0.1 2>&1 |
    sed -n 's/.*Recovered position:[[:space:]]*//p' | tail -n 1)
  [ -z "$position" ] || set -- "$@" "--wsrep-start-position=$position"
fi
exec mariadbd "$@"
`;
}

/** `run/mariadb`, `log/own/mariadb` and `data/mariadb` must exist, writable by mysql. Started by whoever orders the nodes. */
export function databaseService(layout: Layout): ServiceSpec {
  return serviceSpec({
    name: "mariadb",
    command: [startProgram(layout)],
    user: "mysql",
    stopTimeout: 30_000,
    // A node that has no time for the group is taken for dead by the others. Measured on a machine with 20 times more
    // to do than it can: after a crash of all nodes the first write comes after 4.6 s instead of 7.1 s.
    share: "more",
    reload: "restart",
    ready: { socket: databasePaths(layout).socket },
  });
}
