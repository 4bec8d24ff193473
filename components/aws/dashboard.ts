import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Dashboard, type DashboardArgs } from "../dashboard.ts";
import type { Hop } from "../hops.ts";
import { makeAlarms, makeTopic, outsideCheck, siteDownAlarm } from "./alarms.ts";
import { type DrawnSignal, renderDashboard } from "./dashboardBody.ts";
import type { AwsFoundation } from "./foundation.ts";
import type { AwsParts } from "./parts.ts";
import type { AwsServerLogs } from "./serverLogs.ts";
import { type AwsSignal, awsSignals, logMetrics, thresholdOf } from "./signals.ts";

type Args = DashboardArgs<AwsParts>;

/** Fields of a flow log's line, up to the verdict. */
const rejected =
  '[version, account, interface, source, destination, sourcePort, destinationPort, protocol, packets, bytes, start, end, action="REJECT", status]';

/** What the database tells of itself that nobody should miss. */
const databaseEvents = ["failover", "failure", "maintenance", "notification"];

/** What metrics, logs and alarms tell, drawn by CloudWatch. Everything sends to it over AWS's own TLS endpoints. */
export class AwsDashboard extends Dashboard {
  readonly urls: pulumi.Output<Readonly<Record<string, string>>>;
  readonly hops: readonly Hop[] = [
    {
      from: "web",
      to: "services",
      port: "tcp/443",
      encrypted: true,
      authenticated: true,
      caller: "role of the instance, signed requests",
      note: "secrets, artifacts, logs and metrics over AWS's endpoints, whose certificates are checked",
    },
  ];
  private readonly foundation: AwsFoundation;

  constructor(
    name: string,
    args: Args,
    foundation: AwsFoundation,
    logs: AwsServerLogs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("foobar:aws:Dashboard", name, {}, opts);
    this.foundation = foundation;
    this.metricsOfLogs(args, logs);
    const topic = makeTopic("alarms", foundation, this);
    const signals = awsSignals(this.sources(args));
    const alarms = makeAlarms(signals, topic, foundation, { parent: this, dependsOn: [...args.servers] });
    const down = siteDownAlarm(signals, topic, foundation, this);
    this.databaseEvents(args, topic);
    if (args.certificates.hostedZoneId !== null) outsideCheck(args.domain, topic, foundation, this);
    const dashboard = this.draw(args, signals, [down.arn, ...alarms.map(({ arn }) => arn)]);
    this.urls = this.links(dashboard);
    this.registerOutputs({ urls: this.urls });
  }

  private sources({ balancer, certificates, database, servers }: Args) {
    const { aws: cloud, prefix } = this.foundation;
    return {
      namespace: prefix,
      region: cloud.region,
      balancer: {
        kind: balancer.kind,
        suffix: balancer.balancer.arnSuffix,
        targets: balancer.targetGroup.arnSuffix,
        webAcl: balancer.webAcl,
      },
      certificateArn: certificates.visitorArn,
      database: {
        kind: cloud.database.kind,
        identifier: `${prefix}-database`,
        nodes: database.engine.nodes,
      },
      servers: servers.map(({ member }) => ({ name: member.name, zone: member.zone })),
    };
  }

  /** Numbers that only logs tell: every request's time, and what the network refused. */
  private metricsOfLogs({ network }: Args, { access }: AwsServerLogs): void {
    const { prefix: namespace } = this.foundation;
    const filter = (
      name: string,
      group: aws.cloudwatch.LogGroup,
      pattern: string,
      metric: string,
      value: string,
    ) =>
      new aws.cloudwatch.LogMetricFilter(
        name,
        {
          logGroupName: group.name,
          pattern,
          metricTransformation: { namespace, name: metric, value },
        },
        { parent: this },
      );
    filter("request-seconds", access, "{ $.seconds >= 0 }", logMetrics.seconds, "$.seconds");
    filter("request-failed", access, "{ $.status >= 500 }", logMetrics.failed, "1");
    filter("rejected-flows", network.flowLogGroup, rejected, logMetrics.refusedByFlow, "1");
  }

  private databaseEvents({ database }: Args, topic: aws.sns.Topic): void {
    new aws.rds.EventSubscription(
      "database",
      {
        name: `${this.foundation.prefix}-database`,
        snsTopic: topic.arn,
        sourceType: database.engine.clustered ? "db-cluster" : "db-instance",
        sourceIds: [database.engine.identifier],
        eventCategories: databaseEvents,
      },
      { parent: this },
    );
  }

  private draw(
    { domain }: Args,
    signals: readonly AwsSignal[],
    alarms: readonly pulumi.Output<string>[],
  ): aws.cloudwatch.Dashboard {
    const { aws: cloud, prefix } = this.foundation;
    const drawn = pulumi.output(
      signals.map(({ alarm, ...signal }) => ({
        ...signal,
        threshold: thresholdOf({ alarm }, cloud.alarms.thresholds),
      })),
    );
    return new aws.cloudwatch.Dashboard(
      "dashboard",
      {
        dashboardName: prefix,
        dashboardBody: pulumi.all([drawn, pulumi.all([...alarms])]).apply(([known, arns]) => {
          const typed: readonly DrawnSignal[] = known;
          return renderDashboard({
            region: cloud.region,
            title: `${prefix}: ${domain}`,
            signals: typed,
            alarms: arns,
          });
        }),
      },
      { parent: this },
    );
  }

  private links(dashboard: aws.cloudwatch.Dashboard): pulumi.Output<Readonly<Record<string, string>>> {
    const { region } = this.foundation.aws;
    const console = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}`;
    const group = (name: string) =>
      `${console}#logsV2:log-groups/log-group/${encodeURIComponent(encodeURIComponent(name)).replaceAll("%", "$")}`;
    const { prefix } = this.foundation;
    return dashboard.dashboardName.apply(
      (name): Readonly<Record<string, string>> => ({
        metrics: `${console}#dashboards:name=${name}`,
        alarms: `${console}#alarmsV2:`,
        requests: group(`/${prefix}/web/access`),
        servers: group(`/${prefix}/web/system`),
      }),
    );
  }
}
