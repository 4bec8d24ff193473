/** The CloudWatch agent of a host: metrics of the host, numbers of our own by StatsD, log files. */

/** A file whose lines go to CloudWatch Logs. */
export interface ShippedLog {
  readonly path: string;
  readonly group: string;
  /** Stream inside the group: the host's name, so that it stays the same when the host is replaced. */
  readonly stream: string;
}

export interface CloudWatchAgentInput {
  readonly host: string;
  readonly region: string;
  /** Namespace of the metrics: the stack's name. */
  readonly namespace: string;
  readonly intervalSeconds: number;
  readonly logs: readonly ShippedLog[];
}

/** Where the agent wants its configuration. */
export const cloudWatchAgentFile = "/opt/aws/amazon-cloudwatch-agent/etc/foobar.json";

/** Loopback port on which the agent takes StatsD. */
export const statsdPort = 8125;

/** Words of the command that makes the agent read its configuration and start. */
export const cloudWatchAgentStart = [
  "/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl",
  "-a",
  "fetch-config",
  "-m",
  "ec2",
  "-s",
  "-c",
  `file:${cloudWatchAgentFile}`,
] as const;

/** Names of the metrics that the agent sends, beside those sent to it. Dimension `server` is the host. */
export const hostMetrics = {
  cpu: "cpu_usage_active",
  memory: "mem_used_percent",
  disk: "disk_used_percent",
} as const;

/** The agent's configuration, JSON. */
export function renderCloudWatchAgent(input: CloudWatchAgentInput): string {
  const { host, intervalSeconds: interval } = input;
  const own = { append_dimensions: { server: host }, metrics_collection_interval: interval };
  const config = {
    agent: {
      metrics_collection_interval: interval,
      region: input.region,
      // The instance's own name changes with each replacement; `server` does not.
      omit_hostname: true,
      run_as_user: "root",
    },
    metrics: {
      namespace: input.namespace,
      metrics_collected: {
        cpu: { ...own, totalcpu: true, resources: [], measurement: [hostMetrics.cpu] },
        mem: { ...own, measurement: [hostMetrics.memory] },
        disk: {
          ...own,
          resources: ["/"],
          drop_device: true,
          ignore_file_system_types: ["tmpfs", "devtmpfs", "overlay"],
          measurement: [hostMetrics.disk],
        },
        net: { ...own, resources: ["ens5", "eth0"], measurement: ["bytes_sent", "bytes_recv"] },
        statsd: {
          service_address: `127.0.0.1:${statsdPort}`,
          metrics_collection_interval: interval,
          metrics_aggregation_interval: 60,
        },
      },
    },
    logs: {
      logs_collected: {
        files: {
          collect_list: input.logs.map(({ path, group, stream }) => ({
            file_path: path,
            log_group_name: group,
            log_stream_name: stream,
            // Groups and their retention are made by the deployment.
            retention_in_days: -1,
          })),
        },
      },
      force_flush_interval: 5,
    },
  };
  return `${JSON.stringify(config, null, 1)}\n`;
}
