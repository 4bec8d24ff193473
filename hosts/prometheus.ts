/** The monitor's Prometheus: what it collects, from whom, and the rules that it computes. */
import type { AgentTier } from "./agent/agent.ts";
import { probedPath } from "./blackbox.ts";
import type { Layout } from "./layout.ts";
import { ports } from "./ports.ts";
import { type ServiceSpec, serviceSpec } from "./service.ts";
import type { TlsPaths } from "./tlsFiles.ts";

/** A host whose agent is asked, by its name, which its certificate carries and the monitor can resolve. */
export interface ScrapedHost {
  readonly name: string;
  readonly tier: AgentTier;
  readonly zone: string;
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

/** Collection by name: path at the agents, and the tiers that offer it. */
const jobs: readonly { readonly name: string; readonly tiers: readonly AgentTier[] }[] = [
  { name: "node", tiers: ["balancer", "web", "database", "monitor"] },
  { name: "balancer", tiers: ["balancer"] },
  { name: "mtail", tiers: ["balancer", "web"] },
  { name: "database-proxy", tiers: ["web"] },
  { name: "mysql", tiers: ["database"] },
];

const configurationPath = (layout: Layout) => `${layout.etc}/prometheus/prometheus.yml`;
const rulesPath = (layout: Layout) => `${layout.etc}/prometheus/rules.yml`;

/** Has the probe ask a target, which the exporter takes as a parameter. */
const probeJob = (name: string, module: string, target: string) => ({
  job_name: name,
  metrics_path: "/probe",
  params: { module: [module], target: [target] },
  static_configs: [{ targets: [`127.0.0.1:${ports.probe}`], labels: { instance: target } }],
});

/** Configuration, at `etc/prometheus/prometheus.yml`. JSON is YAML, and its quoting is certain. */
export function renderPrometheus({
  layout,
  hosts,
  scrapeSeconds,
  tls,
  stack,
  domain,
}: PrometheusInput): string {
  const configuration = {
    global: {
      scrape_interval: `${scrapeSeconds}s`,
      scrape_timeout: `${Math.min(scrapeSeconds, 10)}s`,
      evaluation_interval: `${scrapeSeconds}s`,
      external_labels: { stack },
    },
    rule_files: [rulesPath(layout)],
    alerting: {
      alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${ports.alertmanager}`] }] }],
    },
    scrape_configs: [
      ...jobs.map(({ name, tiers }) => ({
        job_name: name,
        scheme: "https",
        metrics_path: `/${name}`,
        tls_config: {
          ca_file: tls.ca,
          cert_file: tls.certificate,
          key_file: tls.key,
          min_version: "TLS13",
        },
        static_configs: hosts
          .filter(({ tier }) => tiers.includes(tier))
          .map((host) => ({
            targets: [`${host.name}:${ports.agent}`],
            labels: { host: host.name, instance: host.name, tier: host.tier, zone: host.zone },
          })),
      })),
      probeJob("probe", "site", `https://${domain}${probedPath}`),
      probeJob("probe-outdated", "outdated", `${domain}:${ports.https}`),
    ],
  };
  return `${JSON.stringify(configuration, null, 2)}\n`;
}

/** `data/prometheus` must exist, writable by prometheus. */
export function prometheusService(layout: Layout, retentionDays: number): ServiceSpec {
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
      "--log.level=warn",
    ],
    user: "prometheus",
    reload: "HUP",
    stopTimeout: 10_000,
    validate: ["promtool", "check", "config", configuration],
    ready: { port: ports.prometheus },
  });
}
