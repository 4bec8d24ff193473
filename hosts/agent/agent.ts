/** The monitoring agent of a host: its processes and files, by tier. */
import { type Files, type Layout, ownLogs, plainFile, programFile, type ServiceUser } from "../layout.ts";
import { exporterUser } from "../mariadb/accounts.ts";
import { databasePaths, slowLog } from "../mariadb/config.ts";
import { webAccessLog, webServerService } from "../nginx/web.ts";
import { ports } from "../ports.ts";
import { type ServiceSpec, serviceSpec } from "../service.ts";
import type { TlsPaths } from "../tlsFiles.ts";
import { agentEndpointService, type Offer, renderAgentEndpoint } from "./endpoint.ts";
import {
  firewallLog,
  firewallLogConfiguration,
  firewallLogService,
  renderFirewallLog,
} from "./firewallLog.ts";
import { renderHostMetrics, textfileFolder } from "./hostMetrics.ts";
import { mtailProgram } from "./mtail.ts";
import { type RotatedLog, renderRotation } from "./rotation.ts";

/** What a host is for. */
export type AgentTier = "balancer" | "web" | "database" | "monitor";

/** What an agent is told. */
export interface AgentInput {
  readonly layout: Layout;
  /** Name of the host. */
  readonly host: string;
  readonly tier: AgentTier;
  /** The agent's certificate and the authority (user haproxy). */
  readonly tls: TlsPaths;
  /** Common names of client certificates that may ask: the monitor's. */
  readonly callers: readonly string[];
  /** Common names of client certificates that may ask the monitor what Prometheus and Alertmanager tell of themselves. */
  readonly watchers: readonly string[];
  /** Whether an Alertmanager runs on the host. */
  readonly alerts: boolean;
  /** Certificates whose days left are told: label → path (never a key). */
  readonly certificates: Readonly<Record<string, string>>;
  /** How often host metrics are written, seconds. */
  readonly intervalSeconds: number;
  /** Folder of the supervisor's services (s6), or null where something else supervises. */
  readonly scanDirectory: string | null;
  /** The address that moves between balancers, without prefix length; null on other tiers. */
  readonly virtualAddress: string | null;
  /** Control socket of what sends the logs, or null where nothing does. */
  readonly logControl: string | null;
  /** Shell lines run every minute, such as the removal of old logs. */
  readonly chores: readonly string[];
  /** TCP ports that flows of the stack lead to; the agent's own need not be among them. */
  readonly openPorts: readonly number[];
  /** Address → name of everybody in the stack. */
  readonly names: Readonly<Record<string, string>>;
  /** TCP ports of any flow of the stack. */
  readonly knownPorts: readonly number[];
  /** Folders in which no file may be setuid or setgid. */
  readonly plainFolders: readonly string[];
  /** Folder of ulogd's plugins: `/usr/lib/x86_64-linux-gnu/ulogd`. */
  readonly ulogdPlugins: string;
}

/** An agent as files and processes. */
export interface Agent {
  readonly files: Files;
  readonly services: readonly ServiceSpec[];
  /** Folders that must exist → who owns them. */
  readonly folders: Readonly<Record<string, ServiceUser>>;
}

/** What each tier offers besides `node`: name → loopback port. */
const offersOf: Readonly<Record<AgentTier, readonly Offer[]>> = {
  balancer: [
    { name: "balancer", port: ports.balancerStatistics },
    { name: "mtail", port: ports.mtail },
  ],
  web: [
    { name: "database-proxy", port: ports.databaseProxyStatistics },
    { name: "mtail", port: ports.mtail },
  ],
  database: [{ name: "mysql", port: ports.mysqlExporter }],
  monitor: [{ name: "prometheus", port: ports.prometheus }],
};

/** What node exporter tells: the host's network and load; processes and disk come from the host metrics. */
const collectors = ["textfile", "netdev", "netstat", "loadavg", "meminfo", "uname", "time"];

function nodeExporter(layout: Layout): ServiceSpec {
  return serviceSpec({
    name: "node-exporter",
    command: [
      "prometheus-node-exporter",
      `--web.listen-address=127.0.0.1:${ports.nodeExporter}`,
      "--web.disable-exporter-metrics",
      "--collector.disable-defaults",
      ...collectors.map((name) => `--collector.${name}`),
      `--collector.textfile.directory=${textfileFolder(layout)}`,
      "--log.level=warn",
    ],
    user: "exporter",
    environment: { GOMAXPROCS: "1" },
    ready: { port: ports.nodeExporter },
  });
}

/** Log that mtail reads on a tier. The balancer's is what its supervisor keeps of its output. */
const requestLog = (layout: Layout, tier: AgentTier) =>
  tier === "web" ? webAccessLog(layout) : `${layout.log}/balancer/current`;

function mtail({ layout, tier }: AgentInput): Pick<Agent, "files" | "services"> {
  const program = mtailProgram(tier);
  if (program === null) return { files: {}, services: [] };
  const path = `${layout.etc}/agent/mtail/requests.mtail`;
  const service = serviceSpec({
    name: "mtail",
    command: [
      "mtail",
      `--progs=${path}`,
      `--logs=${requestLog(layout, tier)}`,
      "--address=127.0.0.1",
      `--port=${ports.mtail}`,
      "--logtostderr",
      "--poll_interval=1s",
      "--poll_log_interval=250ms",
    ],
    user: "mtail",
    environment: { GOMAXPROCS: "1" },
    validate: ["mtail", "--compile_only", "--port=0", `--progs=${path}`, "--logtostderr"],
    ready: { port: ports.mtail },
  });
  return { files: { [path]: plainFile(program) }, services: [service] };
}

function mysqlExporter({ layout, tier }: AgentInput): Pick<Agent, "files" | "services"> {
  if (tier !== "database") return { files: {}, services: [] };
  // Without a password: the socket is local.
  const account = `${layout.etc}/agent/mysql-exporter.cnf`;
  const client = `[client]\nuser = ${exporterUser}\nsocket = ${databasePaths(layout).socket}\n`;
  // Reading the state needs no privilege, so these are all that it collects.
  const wanted = ["global_status", "global_variables"];
  const unwanted = ["info_schema.innodb_cmp", "info_schema.innodb_cmpmem", "info_schema.query_response_time"];
  const service = serviceSpec({
    name: "mysql-exporter",
    command: [
      "prometheus-mysqld-exporter",
      `--config.my-cnf=${account}`,
      `--web.listen-address=127.0.0.1:${ports.mysqlExporter}`,
      ...wanted.map((name) => `--collect.${name}`),
      ...[...unwanted, "slave_status"].map((name) => `--no-collect.${name}`),
      "--log.level=error",
    ],
    user: "exporter",
    environment: { GOMAXPROCS: "1" },
    ready: { port: ports.mysqlExporter },
  });
  return { files: { [account]: plainFile(client) }, services: [service] };
}

/** The supervisor knows the process; a file with its number would be the daemon's own to write, and root's to believe. */
function rotatedLogs({ layout, tier, scanDirectory }: AgentInput): RotatedLog[] {
  const tell = (service: string, signal: "-h" | "-1") =>
    scanDirectory === null ? null : ["s6-svc", signal, `${scanDirectory}/${service}`];
  const denied: RotatedLog = {
    path: firewallLog(layout),
    reopen: tell(firewallLogService(layout).name, "-h"),
  };
  if (tier === "web")
    return [denied, { path: webAccessLog(layout), reopen: tell(webServerService(layout).name, "-1") }];
  return tier === "database" ? [denied, { path: slowLog(layout), reopen: null }] : [denied];
}

/**
 * Files and processes of the agent. What it offers, at `https://host:9443`: `/node` on every tier; `/balancer`,
 * `/mtail` and `/balancer/<host>/` (the statistics page) on balancers; `/mtail` and `/database-proxy` on web servers;
 * `/mysql` on database nodes; `/prometheus` on the monitor; `/alertmanager` there and where the monitor is watched.
 */
export function renderAgent(input: AgentInput): Agent {
  const { layout, tier } = input;
  const rotation = `${layout.etc}/agent/logrotate.conf`;
  const hostMetrics = `${layout.etc}/agent/host-metrics`;
  const [endpointPath, endpoint] = renderAgentEndpoint(layout, {
    offers: [
      { name: "node", port: ports.nodeExporter },
      ...offersOf[tier],
      ...(input.alerts ? [{ name: "alertmanager", port: ports.alertmanager }] : []),
    ],
    callers: input.callers,
    watch: { callers: tier === "monitor" ? input.watchers : [], offers: ["prometheus", "alertmanager"] },
    tls: input.tls,
    statisticsOf: tier === "balancer" ? input.host : null,
  });
  const parts = [mtail(input), mysqlExporter(input)];
  return {
    files: {
      [endpointPath]: plainFile(endpoint),
      [firewallLogConfiguration(layout)]: plainFile(renderFirewallLog(layout, input.ulogdPlugins)),
      [rotation]: plainFile(renderRotation(rotatedLogs(input))),
      [hostMetrics]: programFile(
        renderHostMetrics({
          ...input,
          rotation,
          backups: tier === "database",
          openPorts: [ports.agent, ...input.openPorts],
        }),
      ),
      ...Object.assign({}, ...parts.map(({ files }) => files)),
    },
    services: [
      agentEndpointService(layout),
      nodeExporter(layout),
      firewallLogService(layout),
      serviceSpec({
        name: "host-metrics",
        command: [hostMetrics],
        user: "root",
        // The firewall's counters; others' files, whose room and certificates it tells and whose logs it turns over.
        capabilities: ["net_admin", "dac_override", "dac_read_search", "chown", "fowner"],
      }),
      ...parts.flatMap(({ services }) => services),
    ],
    folders: {
      [textfileFolder(layout)]: "root",
      [ownLogs(layout, "firewall")]: "agent",
    },
  };
}
