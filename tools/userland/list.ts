/** A package of the userland. */
export interface OsPackage {
  /** Name in Debian. */
  readonly name: string;
  /** What the project uses it for. */
  readonly use: string;
}

const of = (name: string, use: string): OsPackage => ({ name, use });

/** What hosts are made of; what these need comes along. */
export const userlandPackages: readonly OsPackage[] = [
  of("base-files", "the folders of a system"),
  of("bash", "scripts of MariaDB's state transfer"),
  of("bsdutils", "the processor's shares among services"),
  of("ca-certificates", "certificates of servers outside"),
  of("coreutils", "scripts"),
  of("curl", "checks over HTTP"),
  of("dash", "scripts"),
  of("diffutils", "scripts"),
  of("execline", "s6's small tools"),
  of("findutils", "scripts"),
  of("galera-4", "replication of the database"),
  of("grep", "scripts"),
  of("gzip", "scripts"),
  of("haproxy", "load balancers and database proxy"),
  of("hostname", "names of the hosts"),
  of("iproute2", "networks of the hosts"),
  of("jq", "reading JSON in scripts"),
  of("keepalived", "virtual address"),
  of("libc-bin", "look-ups of users and names"),
  of("lnav", "reading and searching logs"),
  of("logrotate", "rotation of logs"),
  of("mariadb-backup", "backup and state transfer"),
  of("mariadb-server", "database"),
  of("mawk", "scripts"),
  of("mount", "file systems of the hosts"),
  of("mtail", "metrics from logs"),
  of("netbase", "names of protocols"),
  of("nftables", "firewalls"),
  of("nginx-light", "web servers"),
  of("openssl", "certificate checks"),
  of("perl-base", "listening sockets, sizes of pipes"),
  of("procps", "process lists"),
  of("prometheus", "metrics"),
  of("prometheus-alertmanager", "alerts to people"),
  of("prometheus-blackbox-exporter", "the site as a visitor sees it"),
  of("prometheus-mysqld-exporter", "metrics of the database"),
  of("prometheus-node-exporter", "metrics of the hosts"),
  of("s6", "supervises every process"),
  of("sed", "scripts"),
  of("socat", "runtime sockets of the daemons"),
  of("syslog-ng-core", "collection of logs"),
  of("syslog-ng-mod-http", "logs and metrics for Sumo Logic"),
  of("ulogd2", "log of denied packets"),
  of("ulogd2-json", "log of denied packets"),
  of("util-linux", "namespaces and users of the services"),
];

/**
 * What others depend on for installation, for a start by init or for pages that nobody asks for. Scripts of packages
 * are never run here.
 */
const leftOut = new Set([
  "adduser",
  "cron",
  "cron-daemon-common",
  "debconf",
  "fonts-glyphicons-halflings",
  "init-system-helpers",
  "javascript-common",
  "login.defs",
  "lsb-base",
  "nginx-common",
  "passwd",
  "pci.ids",
  "readline-common",
  "rsync",
  "systemd",
  "sysvinit-utils",
]);

/** Whether hosts do without a package that apt would bring along. */
export const isLeftOut = (name: string): boolean => leftOut.has(name) || name.startsWith("libjs-");
