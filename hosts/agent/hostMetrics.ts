/** A small program that writes what no exporter knows: the firewall's counters, certificates, services, own processes. */
import type { Layout } from "../layout.ts";
import { backupMetricFunction } from "../mariadb/backup.ts";
import { driftCheckMetric } from "../signals/regular.ts";

/** What the program is told. */
export interface HostMetricsInput {
  readonly layout: Layout;
  /** Name of the host. */
  readonly host: string;
  /** Address → name of everybody in the stack, for the ends of refused flows; anybody else is `other`. */
  readonly names: Readonly<Record<string, string>>;
  /** Ports of any flow of the stack, for the same; any other is `other`. */
  readonly knownPorts: readonly number[];
  /** Label → certificate, PEM, readable by the program. */
  readonly certificates: Readonly<Record<string, string>>;
  readonly intervalSeconds: number;
  /** Folder of the supervisor's services (s6), or null where something else supervises. */
  readonly scanDirectory: string | null;
  /** The address that moves between balancers, without prefix length; null on other tiers. */
  readonly virtualAddress: string | null;
  /** TCP ports that flows of the stack lead to; any other that is listened on for others is told. */
  readonly openPorts: readonly number[];
  /** Folders in which no file may be setuid or setgid. */
  readonly plainFolders: readonly string[];
  /** logrotate's configuration. */
  readonly rotation: string;
  /** Control socket of what sends the logs, or null where nothing does. */
  readonly logControl: string | null;
  /** Whether the host makes backups of a database. */
  readonly backups: boolean;
  /** Shell lines run every minute, such as the removal of old logs. */
  readonly chores: readonly string[];
}

/** Folder that node exporter reads; root's, as the program is that writes there. */
export const textfileFolder = (layout: Layout): string => `${layout.run}/metrics`;

/** Certificates are looked at and logs turned over this often, seconds: they change slowly. */
const slowSeconds = 60;

/** A file whose time is that of the last comparison of the host with the state. */
export const driftCheckFile = (layout: Layout): string => `${layout.data}/drift-check`;

const word = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** nft's own text, a counter a line, as metrics; those of refused packets apart. */
const firewallFunction = `firewall() {
  nft list counters table inet firewall 2>/dev/null | awk '
    $1 == "counter" { name = $2 }
    $1 == "packets" {
      if (name ~ /^denied_/) { sub(/^denied_/, "", name); printf "firewall_denied_packets_total{direction=\\"%s\\"} %s\\n", name, $2 }
      else printf "firewall_accepted_connections_total{flow=\\"%s\\"} %s\\n", name, $2
    }'
}`;

/**
 * Refused TCP and UDP by both ends and port, from the packet filter's sets. Who is no host of the stack, and a port
 * that is none of its flows', is `other`: a scan is a few series and not thousands.
 */
function deniedFlowsFunction({ host, names, knownPorts }: HostMetricsInput): string {
  const known = Object.entries(names).map(([address, name]) => `${address}=${name}`);
  return `denied_flows() {
  for direction in in out; do
    nft --numeric list set inet firewall "denied_\${direction}_flows" 2>/dev/null | awk -v direction=$direction -v host='${host}' -v names='${known.join(" ")}' -v ports=' ${[...new Set(knownPorts)].join(" ")} ' '
      BEGIN { count = split(names, pairs, " "); for (i = 1; i <= count; i++) { split(pairs[i], pair, "="); name[pair[1]] = pair[2] } }
      match($0, /[0-9.]+ [.] [0-9]+ [.] [0-9]+ counter packets [0-9]+/) {
        split(substr($0, RSTART, RLENGTH), word, " ")
        peer = word[1] in name ? name[word[1]] : "other"
        protocol = word[3] == 6 ? "tcp" : "udp"
        port = index(ports, " " word[5] " ") ? word[5] : "other"
        packets[peer " " protocol " " port] += word[8]
      }
      END { for (key in packets) {
        split(key, part, " ")
        from = direction == "in" ? part[1] : host; to = direction == "in" ? host : part[1]
        printf "firewall_denied_flow_packets_total{direction=\\"%s\\",source=\\"%s\\",destination=\\"%s\\",protocol=\\"%s\\",port=\\"%s\\"} %d\\n", direction, from, to, part[2], part[3], packets[key]
      } }'
  done
}`;
}

/** Times and memory of every process in the host's own process namespace; fields counted after the name's ")". */
const processesFunction = `processes() {
  cat /proc/[0-9]*/stat 2>/dev/null | awk -v tick="$(getconf CLK_TCK)" -v page="$(getconf PAGESIZE)" '
    { sub(/^.*\\) /, ""); cpu += $12 + $13 + $14 + $15; memory += $22; count++ }
    END { printf "host_cpu_seconds_total %.2f\\nhost_memory_bytes %.0f\\nhost_processes %d\\n", cpu / tick, memory * page, count }'
}`;

function servicesFunction(scan: string | null): string {
  if (scan === null) return "services() { :; }";
  return `services() {
  for folder in ${scan}/*/; do
    name=\${folder%/}
    name=\${name##*/}
    up=0
    [ "$(s6-svstat -o up "$folder" 2>/dev/null)" = true ] && up=1
    echo "host_service_up{service=\\"$name\\"} $up"
  done
}`;
}

function certificatesFunction(certificates: Readonly<Record<string, string>>): string {
  const lines = Object.entries(certificates).map(
    ([label, path]) => `  certificate ${word(label)} ${word(path)}`,
  );
  return `certificate() {
  end=$(openssl x509 -noout -enddate -in "$2" 2>/dev/null) || return 0
  echo "host_certificate_end_seconds{certificate=\\"$1\\"} $(date -u -d "\${end#notAfter=}" +%s)"
}
certificates() {
${lines.length === 0 ? "  :" : lines.join("\n")}
}`;
}

function activeFunction(address: string | null): string {
  return address === null
    ? "active() { :; }"
    : `active() {
  if ip -o -4 address show | grep -q ' ${address.replaceAll(".", "\\.")}/'; then echo 'balancer_active 1'; else echo 'balancer_active 0'; fi
}`;
}

/** Sockets that listen (0A) on other addresses than the loopback's, by hexadecimal port, from the kernel's own table. */
function listenersFunction(openPorts: readonly number[]): string {
  const open = openPorts.map((port) => port.toString(16).toUpperCase().padStart(4, "0"));
  return `listeners() {
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v open=' ${open.join(" ")} ' '
    $4 == "0A" && $2 !~ /^(......7F|00000000000000000000000001000000):/ {
      port = $2; sub(/.*:/, "", port)
      if (!index(open, " " port " ")) unexpected[port]
    }
    END { for (port in unexpected) count++; printf "host_unexpected_listeners %d\\n", count }'
}`;
}

const setuidFunction = (folders: readonly string[]) => `setuid() {
  echo "host_setuid_files $(find ${folders.join(" ")} -xdev -type f -perm /6000 2>/dev/null | wc -l)"
}`;

/** Lines that were sent, wait or were dropped, by destination, from syslog-ng's counters. */
function shippingFunction(control: string | null): string {
  return control === null
    ? "shipping() { :; }"
    : String.raw`shipping() {
  syslog-ng-ctl stats --control=${control} 2>/dev/null | awk -F ';' '
    $1 ~ /^dst[.]/ && $(NF-1) ~ /^(written|queued|dropped)$/ {
      name = $2; sub(/#.*/, "", name)
      metric = $(NF-1) == "queued" ? "queued" : $(NF-1) "_total"
      printf "log_lines_%s{destination=\"%s\"} %s\n", metric, name, $NF
    }'
}`;
}

/** The program; runs as root of the host, since only root may read the firewall's counters and every service's state. */
export function renderHostMetrics(input: HostMetricsInput): string {
  const { layout, intervalSeconds } = input;
  const folder = textfileFolder(layout);
  return `#!/bin/sh
# Writes metrics of this host for node exporter, and turns its logs over.
set -u
umask 0022
mkdir -p ${folder}
${firewallFunction}
${deniedFlowsFunction(input)}
${processesFunction}
${servicesFunction(input.scanDirectory)}
${certificatesFunction(input.certificates)}
${activeFunction(input.virtualAddress)}
${shippingFunction(input.logControl)}
${listenersFunction(input.openPorts)}
${setuidFunction(input.plainFolders)}
${backupMetricFunction(input.backups ? layout : null)}
# A folder of the data may be a disk of its own: the fullest one counts.
disk() {
  df -P -B1 ${layout.data} ${layout.data}/*/ 2>/dev/null | awk '
    NR > 1 && $2 > 0 && (!size || $4 / $2 < free / size) { size = $2; free = $4 }
    END { if (size) printf "host_disk_size_bytes %.0f\\nhost_disk_available_bytes %.0f\\n", size, free }'
}
compared() { stat --format='${driftCheckMetric} %Y' ${driftCheckFile(layout)} 2>/dev/null; }
# Renamed when whole: the exporter never reads half a file.
publish() { cat >${folder}/.$1 && mv ${folder}/.$1 ${folder}/$1.prom; }
trap 'exit 0' TERM INT
elapsed=${slowSeconds}
while :; do
  { firewall; denied_flows; processes; services; active; shipping; disk; compared; } | publish host
  if [ "$elapsed" -ge ${slowSeconds} ]; then
    { certificates; listeners; setuid; backups; } | publish slow
    logrotate --state ${layout.run}/rotation ${input.rotation}
${input.chores.map((line) => `    ${line}\n`).join("")}    elapsed=0
  fi
  sleep ${intervalSeconds} &
  wait $!
  elapsed=$((elapsed + ${intervalSeconds}))
done
`;
}
