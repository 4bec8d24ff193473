/** Sumo Logic's distribution of the OpenTelemetry Collector on a host. */

export interface SumoCollectorInput {
  readonly host: string;
  readonly tier: string;
  readonly zone: string;
  /** Stack, for searches over several. */
  readonly stack: string;
  readonly intervalSeconds: number;
  /** Log files: name of the source → path. */
  readonly logs: Readonly<Record<string, string>>;
  /** URL of nginx's own status page on loopback, or null where there is none. */
  readonly nginxStatus: string | null;
  /** Checked from this host as a visitor would. */
  readonly siteUrl: string;
  /** The database, watched by one server only; its password comes by the environment. */
  readonly mysql: { readonly endpoint: string; readonly user: string; readonly ca: string } | null;
}

/** Where the collector reads its configuration. */
export const sumoCollectorFile = "/etc/otelcol-sumo/sumologic.yaml";

/** Files with the collector's environment, mode 0600: the token, and the database's password where it watches it. */
export const sumoEnvironmentFiles = {
  token: "/etc/otelcol-sumo/foobar-token.env",
  database: "/etc/otelcol-sumo/foobar-database.env",
} as const;

/** Variables that the files set. */
export const sumoVariables = {
  token: "SUMOLOGIC_INSTALLATION_TOKEN",
  databasePassword: "DATABASE_OBSERVER_PASSWORD",
} as const;

/** Drop-in that gives the collector's unit its environment. */
export const sumoDropIn = "/etc/systemd/system/otelcol-sumo.service.d/foobar.conf";

/** Folder, below /var/lib, for what could not be sent yet; systemd gives it to the collector's own user. */
const stateFolder = "foobar-otelcol";

/** Text of the drop-in; the second file is there on one server only. */
export const sumoDropInText = `[Service]
StateDirectory=${stateFolder}
EnvironmentFile=${sumoEnvironmentFiles.token}
EnvironmentFile=-${sumoEnvironmentFiles.database}
`;

/** The collector itself fills in what stands in its environment. */
const fromEnvironment = (name: string) => `\${env:${name}}`;

/** Batches kept on disk while Sumo Logic cannot be reached. */
const queuedBatches = 5000;

/** The collector's configuration (JSON, which is YAML as well). Holds no secret. */
export function renderSumoCollector(input: SumoCollectorInput): string {
  const interval = `${input.intervalSeconds}s`;
  const logReceivers = Object.fromEntries(
    Object.entries(input.logs).map(([name, path]) => [
      `filelog/${name}`,
      {
        include: [path],
        include_file_name: false,
        start_at: "end",
        storage: "file_storage",
        attributes: { _sourceCategory: `foobar/${input.tier}/${name}` },
      },
    ]),
  );
  const metricReceivers = {
    hostmetrics: {
      collection_interval: interval,
      scrapers: { cpu: {}, load: {}, memory: {}, disk: {}, filesystem: {}, network: {}, paging: {} },
    },
    ...(input.nginxStatus === null
      ? {}
      : { nginx: { endpoint: input.nginxStatus, collection_interval: interval } }),
    httpcheck: {
      collection_interval: "60s",
      targets: [{ endpoint: `${input.siteUrl}/health/ready`, method: "GET" }],
    },
    ...(input.mysql === null
      ? {}
      : {
          mysql: {
            endpoint: input.mysql.endpoint,
            username: input.mysql.user,
            password: fromEnvironment(sumoVariables.databasePassword),
            collection_interval: "60s",
            tls: { insecure: false, ca_file: input.mysql.ca },
          },
        }),
  };
  const processors = ["memory_limiter", "resource", "batch"];
  const config = {
    extensions: {
      sumologic: {
        installation_token: fromEnvironment(sumoVariables.token),
        collector_name: `${input.stack}-${input.host}`,
        // A replaced server takes its predecessor's place.
        clobber: true,
        ephemeral: true,
        collector_fields: { stack: input.stack, tier: input.tier, zone: input.zone },
      },
      file_storage: { directory: `/var/lib/${stateFolder}` },
    },
    receivers: { ...metricReceivers, ...logReceivers },
    processors: {
      memory_limiter: { check_interval: "5s", limit_mib: 200 },
      resource: {
        attributes: [
          { key: "host.name", value: input.host, action: "upsert" },
          { key: "deployment.environment", value: input.stack, action: "upsert" },
        ],
      },
      batch: { send_batch_size: 1024, timeout: "5s" },
    },
    exporters: {
      sumologic: {
        sending_queue: { enabled: true, storage: "file_storage", queue_size: queuedBatches },
        retry_on_failure: { enabled: true, max_elapsed_time: "24h" },
      },
    },
    service: {
      extensions: ["sumologic", "file_storage"],
      pipelines: {
        metrics: { receivers: Object.keys(metricReceivers), processors, exporters: ["sumologic"] },
        logs: { receivers: Object.keys(logReceivers), processors, exporters: ["sumologic"] },
      },
    },
  };
  return `${JSON.stringify(config, null, 1)}\n`;
}
