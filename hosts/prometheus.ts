/** The monitor's Prometheus: what it collects, from whom, and the rules that it computes. */
import type { AgentTier } from "./agent/agent.ts";
import { alertTimes } from "./alertTimes.ts";
import { probedPath } from "./blackbox.ts";
import { type Files, type Layout, plainFile } from "./layout.ts";
import { ports } from "./ports.ts";
import { type ServiceSpec, serviceSpec } from "./service.ts";
import type { TlsPaths } from "./tlsFiles.ts";

/** A host whose agent is asked, by its name, which its certificate carries and the monitor can resolve. */
export interface ScrapedHost {
  readonly name: string;
  readonly tier: AgentTier;
  readonly zone: string;
  /** Whether it tells people of alerts. */
  readonly alerts: boolean;
}

/** What Prometheus is told. */
export interface PrometheusInput {
  readonly layout: Layout;
  readonly hosts: readonly ScrapedHost[];
  readonly scrapeSeconds: number;
  /** Client certificate for the agents' port (user prometheus). */
  readonly tls: TlsPaths;
  /** Stack, for whoever gets alerts of several. */
  readonly stack: string;
  /** The site's name, which the monitor resolves to the visitors' address. */
  readonly domain: string;
}

const of =
  (...tiers: readonly AgentTier[]) =>
  ({ tier }: ScrapedHost): boolean =>
    tiers.includes(tier);

/** Collection by name: path at the agents, the hosts that offer it, and the metrics that are kept if not all are. */
const jobs: readonly {
  readonly name: string;
  readonly offeredBy: (host: ScrapedHost) => boolean;
  readonly kept?: string;
}[] = [
  { name: "node", offeredBy: of("balancer", "web", "database", "monitor") },
  { name: "balancer", offeredBy: of("balancer") },
  { name: "mtail", offeredBy: of("balancer", "web") },
  { name: "database-proxy", offeredBy: of("web") },
  { name: "mysql", offeredBy: of("database") },
  {
    name: "alertmanager",
    offeredBy: ({ alerts }) => alerts,
    kept: "alertmanager_notifications_failed_total",
  },
];

const configurationPath = (layout: Layout) => `${layout.etc}/prometheus/prometheus.yml`;
const rulesPath = (layout: Layout) => `${layout.etc}/prometheus/rules.yml`;

/** What every Prometheus of a stack is told alike. JSON is YAML, and its quoting is certain. */
export function configurationText(
  layout: Layout,
  { scrapeSeconds, stack }: Pick<PrometheusInput, "scrapeSeconds" | "stack">,
  scrape_configs: readonly object[],
): string {
  const configuration = {
    global: {
      scrape_interval: `${scrapeSeconds}s`,
      scrape_timeout: `${Math.min(scrapeSeconds, 10)}s`,
      evaluation_interval: `${scrapeSeconds}s`,
      external_labels: { stack },
    },
    rule_files: [rulesPath(layout)],
    // The one of the same host.
    alerting: {
      alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${ports.alertmanager}`] }] }],
    },
    scrape_configs,
  };
  return `${JSON.stringify(configuration, null, 2)}\n`;
}

/**
 * Asks agents for what they offer under a name.
 * @param kept pattern of the metrics that are kept; undefined for all
 */
export const agentJob = (name: string, hosts: readonly ScrapedHost[], tls: TlsPaths, kept?: string) => ({
  job_name: name,
  scheme: "https",
  metrics_path: `/${name}`,
  tls_config: {
    ca_file: tls.ca,
    cert_file: tls.certificate,
    key_file: tls.key,
    min_version: "TLS13",
  },
  static_configs: hosts.map((host) => ({
    targets: [`${host.name}:${ports.agent}`],
    labels: { host: host.name, instance: host.name, tier: host.tier, zone: host.zone },
  })),
  ...(kept === undefined
    ? {}
    : { metric_relabel_configs: [{ source_labels: ["__name__"], regex: kept, action: "keep" }] }),
});

/** Has the probe ask a target, which the exporter takes as a parameter. */
const probeJob = (name: string, module: string, target: string) => ({
  job_name: name,
  metrics_path: "/probe",
  params: { module: [module], target: [target] },
  static_configs: [{ targets: [`127.0.0.1:${ports.probe}`], labels: { instance: target } }],
});

/** The monitor's configuration. */
export function renderPrometheus(input: PrometheusInput): string {
  const { layout, hosts, tls, domain } = input;
  return configurationText(layout, input, [
    ...jobs.map(({ name, offeredBy, kept }) => agentJob(name, hosts.filter(offeredBy), tls, kept)),
    probeJob("probe", "site", `https://${domain}${probedPath}`),
    probeJob("probe-outdated", "outdated", `${domain}:${ports.https}`),
  ]);
}

/** The files of a Prometheus, from the texts of its configuration and its rules. */
export function prometheusFiles(layout: Layout, configuration: string, rules: string): Files {
  return {
    [configurationPath(layout)]: plainFile(configuration),
    [rulesPath(layout)]: plainFile(rules),
  };
}

/** What a Prometheus's command line says. */
export interface PrometheusOptions {
  readonly retentionDays: number;
  readonly scrapeSeconds: number;
}

/** `data/prometheus` must exist, writable by prometheus. */
export function prometheusService(
  layout: Layout,
  { retentionDays, scrapeSeconds }: PrometheusOptions,
): ServiceSpec {
  const configuration = configurationPath(layout);
  return serviceSpec({
    name: "prometheus",
    command: [
      "prometheus",
      `--config.file=${configuration}`,
      `--storage.tsdb.path=${layout.data}/prometheus`,
      `--storage.tsdb.retention.time=${retentionDays}d`,
      `--web.listen-address=127.0.0.1:${ports.prometheus}`,
      // No page of another origin may read its answers; by default every page may.
      "--web.cors.origin=^$",
      `--rules.alert.resend-delay=${alertTimes(scrapeSeconds).resend}s`,
      // One that was started anew knows how long an alert has held: it does not let it run out while it waits again.
      "--rules.alert.for-grace-period=0s",
      "--log.level=warn",
    ],
    user: "prometheus",
    reload: "HUP",
    stopTimeout: 10_000,
    validate: ["promtool", "check", "config", configuration],
    ready: { port: ports.prometheus },
  });
}
