/** The signal catalogue as CloudWatch knows it: which metric tells what, and from where on it is alarming. */
import type * as pulumi from "@pulumi/pulumi";
import { type Signal, type SignalGroup, signalCatalogue, usualInput } from "../../hosts/signals.ts";
import type { AwsSettings } from "./foundation.ts";

type Threshold = keyof AwsSettings["alarms"]["thresholds"];

/** One line of a chart: a metric, or an expression over other lines. */
export type Series = { readonly id: string; readonly label: string; readonly visible: boolean } & (
  | {
      readonly namespace: string;
      readonly metric: string;
      readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
      /** `Sum`, `Average`, `p99` ... */
      readonly statistic: string;
    }
  | { readonly expression: string }
);

/** When a signal is alarming. */
export interface AlarmRule {
  /** Key of the configuration that holds the threshold, or the threshold of an alarm that every stack has. */
  readonly threshold: Threshold | number;
  readonly direction: "above" | "below";
  /** From the configuration's unit to the metric's. */
  readonly factor: number;
  /** Periods in a row, of a minute each. */
  readonly minutes: number;
  /**
   * What no data means. `well`: what is counted did not happen, or another alarm tells that nobody counts. `alarming`:
   * the number must be there. `told`: it must be there, but comes only a day after the first `up`: people are told once
   * it stays away, and not before it has come.
   */
  readonly missing: "well" | "alarming" | "told";
}

/** A signal that CloudWatch draws. */
export interface AwsSignal {
  readonly id: string;
  readonly title: string;
  readonly meaning: string;
  readonly group: SignalGroup;
  /** Section of docs/runbook.md. */
  readonly runbook: string;
  readonly series: readonly Series[];
  readonly alarm: AlarmRule | null;
  /** Seconds of one point. */
  readonly period: number;
}

/** The parts whose metrics are drawn. */
export interface SignalSources {
  /** Namespace of the stack's own metrics. */
  readonly namespace: string;
  readonly region: string;
  readonly balancer: {
    readonly kind: "alb" | "nlb";
    readonly suffix: pulumi.Input<string>;
    readonly targets: pulumi.Input<string>;
    /** Name of the web application firewall's list; null without one. */
    readonly webAcl: pulumi.Input<string> | null;
  };
  readonly certificateArn: pulumi.Input<string>;
  readonly database: {
    readonly kind: AwsSettings["database"]["kind"];
    readonly identifier: string;
    readonly nodes: readonly string[];
  };
  readonly servers: readonly { readonly name: string; readonly zone: string }[];
}

/** Metrics that the stack derives from its logs. */
export const logMetrics = {
  seconds: "request_seconds",
  failed: "request_failed",
  refusedByFlow: "rejected_flows",
} as const;

const minute = 60;
const day = 86_400;
const gibibyte = 2 ** 30;
const mebibyte = 2 ** 20;

type Text = Pick<AwsSignal, "id" | "title" | "meaning" | "group" | "runbook">;

/** What only words are taken from: AWS's own thresholds come from its configuration. */
const catalogue = new Map(signalCatalogue(usualInput).map((signal) => [signal.id, signal] as const));

/** Title, meaning and runbook of a signal. @throws Error for an id that is not in the catalogue. */
function shared(id: string): Text {
  const signal: Signal | undefined = catalogue.get(id);
  if (!signal) throw new Error(`the signal catalogue has no ${id}`);
  const { title, meaning, group, runbook } = signal;
  return { id, title, meaning, group, runbook };
}

const word = (text: string) => text.replaceAll(/[^a-zA-Z0-9]/g, "_");

/** Ids of lines begin with a lower-case letter. */
const seriesId = (...parts: readonly string[]) => `m_${parts.map(word).join("_")}`;

const metric = (
  label: string,
  namespace: string,
  name: string,
  dimensions: Readonly<Record<string, pulumi.Input<string>>>,
  statistic: string,
  visible = true,
): Series => ({ id: seriesId(label, name), label, namespace, metric: name, dimensions, statistic, visible });

const expression = (label: string, text: string): Series => ({
  id: `e_${word(label)}`,
  label,
  expression: text,
  visible: true,
});

const rule = (
  threshold: AlarmRule["threshold"],
  direction: AlarmRule["direction"],
  missing: AlarmRule["missing"],
  given: Partial<Pick<AlarmRule, "factor" | "minutes">> = {},
): AlarmRule => ({ threshold, direction, missing, factor: 1, minutes: 5, ...given });

/** The number from which on a signal is alarming, in the metric's unit; null where the configuration has none. */
export function thresholdOf(
  { alarm }: Pick<AwsSignal, "alarm">,
  configured: AwsSettings["alarms"]["thresholds"],
): number | null {
  if (alarm === null) return null;
  const given = typeof alarm.threshold === "number" ? alarm.threshold : configured[alarm.threshold];
  return given === undefined ? null : given * alarm.factor;
}

const percentiles = [50, 95, 99] as const;

function requestSignals({ namespace, balancer, servers }: SignalSources): readonly AwsSignal[] {
  const dimensions = { LoadBalancer: balancer.suffix };
  const both = { LoadBalancer: balancer.suffix, TargetGroup: balancer.targets };
  const alb = "AWS/ApplicationELB";
  const decrypts = balancer.kind === "alb";
  const requests = decrypts
    ? metric("requests", alb, "RequestCount", dimensions, "Sum", false)
    : metric("requests", namespace, logMetrics.seconds, {}, "SampleCount", false);
  const failures = decrypts
    ? [
        metric("5xx of servers", alb, "HTTPCode_Target_5XX_Count", both, "Sum", false),
        metric("5xx of balancer", alb, "HTTPCode_ELB_5XX_Count", dimensions, "Sum", false),
      ]
    : [metric("5xx", namespace, logMetrics.failed, {}, "Sum", false)];
  const failed = failures.map(({ id }) => `FILL(${id}, 0)`).join(" + ");
  const latency = (percent: (typeof percentiles)[number]): AwsSignal => ({
    ...shared(`latency-p${percent}`),
    series: [
      decrypts
        ? metric(`p${percent}`, alb, "TargetResponseTime", both, `p${percent}`)
        : metric(`p${percent}`, namespace, logMetrics.seconds, {}, `p${percent}`),
    ],
    alarm: percent === 99 ? rule("p99Seconds", "above", "well") : null,
    period: minute,
  });
  return [
    {
      ...shared("qps"),
      series: [requests, expression("requests per second", `${requests.id} / PERIOD(${requests.id})`)],
      alarm: null,
      period: minute,
    },
    ...percentiles.map(latency),
    {
      ...shared("error-ratio"),
      series: [
        requests,
        ...failures,
        expression("5xx", `IF(${requests.id} > 0, (${failed}) / ${requests.id}, 0)`),
      ],
      alarm: rule("errorRatio", "above", "well"),
      period: minute,
    },
    ...(decrypts
      ? [
          {
            ...shared("client-error-ratio"),
            series: [
              requests,
              metric("4xx of servers", alb, "HTTPCode_Target_4XX_Count", both, "Sum", false),
              metric("4xx of balancer", alb, "HTTPCode_ELB_4XX_Count", dimensions, "Sum", false),
              expression(
                "4xx",
                `IF(${requests.id} > 0, (FILL(${seriesId("4xx of servers", "HTTPCode_Target_4XX_Count")}, 0) + FILL(${seriesId("4xx of balancer", "HTTPCode_ELB_4XX_Count")}, 0)) / ${requests.id}, 0)`,
              ),
            ],
            alarm: null,
            period: minute,
          },
        ]
      : []),
    {
      ...shared("balancer-connections"),
      series: decrypts
        ? [metric("connections", alb, "ActiveConnectionCount", dimensions, "Sum")]
        : [metric("connections", "AWS/NetworkELB", "ActiveFlowCount", dimensions, "Average")],
      alarm: null,
      period: minute,
    },
    {
      ...shared("healthy-servers"),
      series: [metric("healthy", decrypts ? alb : "AWS/NetworkELB", "HealthyHostCount", both, "Minimum")],
      alarm: rule("healthyServers", "below", "alarming", { minutes: 2 }),
      period: minute,
    },
    {
      ...shared("server-instances"),
      series: servers.map(({ name }) =>
        metric(
          name,
          "AWS/AutoScaling",
          "GroupInServiceInstances",
          { AutoScalingGroupName: `${namespace}-${name}` },
          "Minimum",
        ),
      ),
      alarm: null,
      period: minute,
    },
  ];
}

/** Which metric tells how far the readable standbys are behind, and in what part of a second. */
const lagMetric = {
  cluster: { name: "ReplicaLag", perSecond: 1 },
  aurora: { name: "AuroraReplicaLag", perSecond: 1000 },
} as const;

function databaseSignals({ database }: SignalSources): readonly AwsSignal[] {
  const labelOf = (node: string) => node.replace(`${database.identifier}-`, "");
  const perNode = (name: string, statistic: string) =>
    database.nodes.map((node) =>
      metric(labelOf(node), "AWS/RDS", name, { DBInstanceIdentifier: node }, statistic),
    );
  const chart = (text: Text, name: string, statistic: string, alarm: AlarmRule | null): AwsSignal => ({
    ...text,
    series: perNode(name, statistic),
    alarm,
    period: minute,
  });
  const lag = database.kind === "instance" ? null : lagMetric[database.kind];
  // RDS tells commits, log-ins that failed, and sums by role for Aurora alone; nodes of the other kinds tell the rest.
  const isAurora = database.kind === "aurora";
  return [
    ...(isAurora
      ? [
          {
            ...shared("database-writer"),
            series: ["WRITER", "READER"].map((role) =>
              metric(
                role.toLowerCase(),
                "AWS/RDS",
                "DatabaseConnections",
                { DBClusterIdentifier: database.identifier, Role: role },
                "Sum",
              ),
            ),
            alarm: null,
            period: minute,
          },
        ]
      : []),
    ...(lag === null
      ? []
      : [
          chart(
            shared("database-lag"),
            lag.name,
            "Maximum",
            // The writer has none.
            rule("replicaLagSeconds", "above", "well", { factor: lag.perSecond }),
          ),
        ]),
    chart(
      shared("database-connections"),
      "DatabaseConnections",
      "Maximum",
      rule("databaseConnections", "above", "well"),
    ),
    chart(
      shared("database-cpu"),
      "CPUUtilization",
      "Average",
      rule("databaseCpuPercent", "above", "alarming", { minutes: 10 }),
    ),
    chart(
      shared("database-memory"),
      "FreeableMemory",
      "Minimum",
      rule("databaseMemoryFreeMiB", "below", "alarming", { minutes: 10, factor: mebibyte }),
    ),
    ...(isAurora
      ? []
      : [
          chart(
            shared("database-storage"),
            "FreeStorageSpace",
            "Minimum",
            rule("databaseStorageFreeGiB", "below", "alarming", { minutes: 10, factor: gibibyte }),
          ),
        ]),
    ...(isAurora
      ? [
          chart(shared("database-commits"), "CommitLatency", "Average", null),
          chart(shared("failed-logins"), "LoginFailures", "Average", null),
        ]
      : []),
  ];
}

function hostSignals({ namespace, servers }: SignalSources): readonly AwsSignal[] {
  const perServer = (name: string, more: Readonly<Record<string, string>>, statistic: string) =>
    servers.map((server) =>
      metric(server.name, namespace, name, { server: server.name, ...more }, statistic),
    );
  const full = (id: string, threshold: Threshold, series: readonly Series[]): AwsSignal => ({
    ...shared(id),
    series,
    alarm: rule(threshold, "above", "well", { minutes: 10 }),
    period: minute,
  });
  return [
    {
      ...shared("host-up"),
      // The agent tells its processor once a minute: so many words of it.
      series: perServer("cpu_usage_active", { cpu: "cpu-total" }, "SampleCount"),
      alarm: rule(1, "below", "alarming", { minutes: 10 }),
      period: minute,
    },
    full("host-cpu", "cpuPercent", perServer("cpu_usage_active", { cpu: "cpu-total" }, "Average")),
    full("host-memory", "memoryPercent", perServer("mem_used_percent", {}, "Average")),
    full(
      "host-disk",
      "diskPercent",
      perServer("disk_used_percent", { path: "/", fstype: "ext4" }, "Average"),
    ),
    {
      ...shared("denied-packets"),
      series: perServer("denied_packets", { metric_type: "counter" }, "Sum"),
      alarm: rule("deniedPackets", "above", "well"),
      period: minute,
    },
  ];
}

/** Of the topic that tells people; its region's own, like the alarms. */
function noticeSignals({ namespace }: SignalSources): readonly AwsSignal[] {
  return [
    {
      ...shared("alerts-undelivered"),
      series: [
        metric(
          "not delivered",
          "AWS/SNS",
          "NumberOfNotificationsFailed",
          { TopicName: `${namespace}-alarms` },
          "Sum",
        ),
      ],
      // It would be told by what fails.
      alarm: null,
      period: minute,
    },
  ];
}

function securitySignals({
  namespace,
  region,
  balancer,
  certificateArn,
  servers,
}: SignalSources): readonly AwsSignal[] {
  return [
    {
      ...shared("certificate-days"),
      series: [
        metric(
          "visitors",
          "AWS/CertificateManager",
          "DaysToExpiry",
          { CertificateArn: certificateArn },
          "Minimum",
        ),
        ...servers.map(({ name }) =>
          metric(name, namespace, "certificate_days", { server: name, metric_type: "gauge" }, "Minimum"),
        ),
      ],
      alarm: rule("certificateDays", "below", "told", { minutes: 1 }),
      period: day,
    },
    {
      ...shared("rejected-flows"),
      series: [metric("rejected", namespace, logMetrics.refusedByFlow, {}, "Sum")],
      alarm: rule("rejectedConnections", "above", "well"),
      period: minute,
    },
    ...(balancer.webAcl === null
      ? []
      : [
          {
            ...shared("waf-blocked"),
            series: [
              ...["BlockedRequests", "CountedRequests"].map((name) =>
                metric(
                  "waf",
                  "AWS/WAFV2",
                  name,
                  { WebACL: balancer.webAcl ?? "", Region: region, Rule: "ALL" },
                  "Sum",
                  false,
                ),
              ),
              expression(
                "stopped or counted",
                `FILL(${seriesId("waf", "BlockedRequests")}, 0) + FILL(${seriesId("waf", "CountedRequests")}, 0)`,
              ),
            ],
            alarm: rule("wafBlocked", "above", "well"),
            period: minute,
          },
        ]),
  ];
}

/** Every signal of a stack, in the order of the dashboard. */
export function awsSignals(sources: SignalSources): readonly AwsSignal[] {
  return [requestSignals, databaseSignals, securitySignals, hostSignals, noticeSignals].flatMap((part) =>
    part(sources),
  );
}
