/** The monitor's Prometheus: what it collects, from whom, and the rules that it computes. */
import type { AgentTier } from "./agent/agent.ts";
import type { Layout } from "./layout.ts";
import { ports } from "./ports.ts";
import { type ServiceSpec, serviceSpec } from "./service.ts";
import { signalCatalogue } from "./signals.ts";
import { signalRules } from "./sumoSignals.ts";
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

/** Configuration, at `etc/prometheus/prometheus.yml`. JSON is YAML, and its quoting is certain. */
export function renderPrometheus({ layout, hosts, scrapeSeconds, tls }: PrometheusInput): string {
  const configuration = {
    global: {
      scrape_interval: `${scrapeSeconds}s`,
      scrape_timeout: `${Math.min(scrapeSeconds, 10)}s`,
      evaluation_interval: `${scrapeSeconds}s`,
    },
    rule_files: [rulesPath(layout)],
    scrape_configs: jobs.map(({ name, tiers }) => ({
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
  };
  return `${JSON.stringify(configuration, null, 2)}\n`;
}

/**
 * Recording rules of the signal catalogue, at `etc/prometheus/rules.yml`.
 * @param shipped whether every signal is recorded by its own name, for Sumo Logic; default no
 */
export function renderRecordingRules(scrapeSeconds: number, shipped = false): string {
  const rules = signalCatalogue(scrapeSeconds).flatMap(({ onebox: { record, expr } }) =>
    record ? [{ record, expr }] : [],
  );
  const groups = [
    { name: "signals", rules },
    ...(shipped ? [{ name: "shipped", rules: signalRules(signalCatalogue(scrapeSeconds)) }] : []),
  ];
  return `${JSON.stringify({ groups }, null, 2)}\n`;
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
      "--log.level=warn",
    ],
    user: "prometheus",
    reload: "HUP",
    stopTimeout: 10_000,
    validate: ["promtool", "check", "config", configuration],
    ready: { port: ports.prometheus },
  });
}
