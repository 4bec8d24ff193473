/** An operating-system package and what proves that it is there. */
export interface OsPackage {
  /** Name in Debian and its relatives. */
  readonly name: string;
  /** A file that it brings, below /usr; `{arch}` is the multiarch name of the machine. */
  readonly proof: string;
  /** What the project uses it for. */
  readonly use: string;
}

const of = (name: string, proof: string, use: string): OsPackage => ({ name, proof, use });

/** What running a onebox stack needs. */
export const runPackages: readonly OsPackage[] = [
  of("s6", "bin/s6-svscan", "supervises every process"),
  of("execline", "bin/execlineb", "s6's small tools"),
  of("iproute2", "bin/ip", "networks of the hosts"),
  of("nftables", "sbin/nft", "firewalls"),
  of("mariadb-server", "sbin/mariadbd", "database"),
  of("mariadb-backup", "bin/mariadb-backup", "backup and state transfer"),
  of("galera-4", "lib/galera/libgalera_smm.so", "replication of the database"),
  of("haproxy", "sbin/haproxy", "load balancers and database proxy"),
  of("nginx-light", "sbin/nginx", "web servers"),
  of("keepalived", "sbin/keepalived", "virtual address"),
  of("prometheus", "bin/prometheus", "metrics"),
  of("prometheus-alertmanager", "bin/prometheus-alertmanager", "alerts to people"),
  of("prometheus-blackbox-exporter", "bin/prometheus-blackbox-exporter", "the site as a visitor sees it"),
  of("prometheus-node-exporter", "bin/prometheus-node-exporter", "metrics of the hosts"),
  of("prometheus-mysqld-exporter", "bin/prometheus-mysqld-exporter", "metrics of the database"),
  of("mtail", "bin/mtail", "metrics from logs"),
  of("ulogd2", "sbin/ulogd", "log of denied packets"),
  of("ulogd2-json", "lib/{arch}/ulogd/ulogd_output_JSON.so", "log of denied packets"),
  of("socat", "bin/socat", "runtime sockets of the daemons"),
  of("openssl", "bin/openssl", "certificate checks"),
  of("syslog-ng-core", "sbin/syslog-ng", "collection of logs"),
  of("syslog-ng-mod-http", "share/doc/syslog-ng-mod-http/copyright", "logs and metrics for Sumo Logic"),
  of("lnav", "bin/lnav", "reading and searching logs"),
  of("logrotate", "sbin/logrotate", "rotation of logs"),
  of("jq", "bin/jq", "reading JSON in scripts"),
  of("procps", "bin/ps", "process lists"),
  of("curl", "bin/curl", "checks over HTTP"),
];

/** What only the tests need. */
export const testPackages: readonly OsPackage[] = [
  of("chromium", "bin/chromium", "pages in a real browser"),
  of("libnss3-tools", "bin/certutil", "the stack's authority in the browser's own store"),
  of("fonts-dejavu-core", "share/fonts/truetype/dejavu/DejaVuSans.ttf", "text in the browser"),
  of("wrk", "bin/wrk", "load"),
  of("nmap", "bin/nmap", "ports of the hosts, seen from each other"),
  of("cloud-init", "bin/cloud-init", "checks of a server's first start on AWS"),
  of("systemd", "bin/systemd-analyze", "checks of a server's units on AWS"),
];

const multiarch: Readonly<Record<string, string>> = { x64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" };

/**
 * Path of a package's proof.
 * @param usr folder that stands for /usr
 * @param arch architecture by Node's name
 */
export function proofPath(each: OsPackage, usr: string, arch: string = process.arch): string {
  return `${usr}/${each.proof.replace("{arch}", multiarch[arch] ?? arch)}`;
}
