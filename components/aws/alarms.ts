/** Alarms: one for each signal that has a threshold, and the one that says that the site is down. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { readyPath } from "../../hosts/siteService.ts";
import type { AwsFoundation } from "./foundation.ts";
import { policyDocument } from "./policies.ts";
import { type AlarmRule, type AwsSignal, type Series, thresholdOf } from "./signals.ts";

/** Health checks of Route 53 report to this region alone. */
const healthRegion = "us-east-1";

/** Most lines of one alarm's expression. */
const mostMetrics = 10;

/** A topic that tells people, encrypted; alarms and database events may write to it. `region` if not the stack's own. */
export function makeTopic(
  name: string,
  foundation: AwsFoundation,
  parent: pulumi.Resource,
  region?: string,
): aws.sns.Topic {
  const place = region === undefined ? {} : { region };
  const topic = new aws.sns.Topic(
    name,
    {
      ...place,
      name: `${foundation.prefix}-${name}`,
      displayName: foundation.prefix,
      kmsMasterKeyId: (region === undefined ? foundation.key : foundation.topicKey(name, region, parent)).arn,
    },
    { parent },
  );
  new aws.sns.TopicPolicy(
    name,
    {
      ...place,
      arn: topic.arn,
      policy: policyDocument([
        {
          Sid: "OnlyThisAccountsAlarmsAndEvents",
          Effect: "Allow",
          Principal: { Service: ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"] },
          Action: "sns:Publish",
          Resource: topic.arn,
          Condition: { StringEquals: { "aws:SourceAccount": foundation.accountId } },
        },
      ]),
    },
    { parent },
  );
  for (const endpoint of foundation.aws.alarms.emails) {
    new aws.sns.TopicSubscription(
      `${name}-${endpoint}`,
      { ...place, topic: topic.arn, protocol: "email", endpoint },
      { parent },
    );
  }
  return topic;
}

/** How an alarm reaches people. */
interface Actions {
  readonly alarmActions: pulumi.Input<string>[];
  readonly okActions: pulumi.Input<string>[];
}

export const actionsOf = (topic: aws.sns.Topic): Actions => ({
  alarmActions: [topic.arn],
  okActions: [topic.arn],
});

/** CloudWatch's word for what no data means. */
const missingData = { well: "notBreaching", alarming: "breaching", told: "missing" } as const;

const comparison = { above: "GreaterThanThreshold", below: "LessThanThreshold" } as const;

function query(series: Series, period: number, returned: boolean) {
  return "expression" in series
    ? { id: series.id, label: series.label, expression: series.expression, returnData: returned }
    : {
        id: series.id,
        label: series.label,
        returnData: returned,
        metric: {
          namespace: series.namespace,
          metricName: series.metric,
          dimensions: { ...series.dimensions },
          period,
          stat: series.statistic,
        },
      };
}

/** The groups of lines that make an alarm each: an expression with its parts, or every line by itself. */
function alarmLines({ id, series }: AwsSignal): readonly (readonly [string, readonly Series[]])[] {
  const expression = series.find((each) => "expression" in each);
  if (expression) return [[id, series]];
  const shown = series.filter(({ visible }) => visible);
  return shown.length === 1 ? [[id, shown]] : shown.map((each) => [`${id}-${each.label}`, [each]] as const);
}

function makeAlarm(
  name: string,
  signal: AwsSignal,
  { direction, minutes, missing }: Omit<AlarmRule, "threshold" | "factor">,
  series: readonly Series[],
  threshold: number,
  actions: Actions,
  foundation: AwsFoundation,
  options: pulumi.CustomResourceOptions,
): aws.cloudwatch.MetricAlarm {
  if (series.length > mostMetrics)
    throw new Error(`alarm ${name} has ${series.length} metrics, at most ${mostMetrics}`);
  const periods = signal.period >= minutes * 60 ? 1 : minutes;
  const returned = series.find((each) => "expression" in each) ?? series[0];
  return new aws.cloudwatch.MetricAlarm(
    name,
    {
      name: `${foundation.prefix}-${name}`,
      alarmDescription: `${signal.title}: ${signal.meaning} What to do: docs/runbook.md#${signal.runbook}`,
      comparisonOperator: comparison[direction],
      threshold,
      evaluationPeriods: periods,
      datapointsToAlarm: periods,
      treatMissingData: missingData[missing],
      metricQueries: series.map((each) => query(each, signal.period, each === returned)),
      ...actions,
      ...(missing === "told" ? { insufficientDataActions: actions.alarmActions } : {}),
    },
    options,
  );
}

/**
 * Alarms of every signal whose threshold is configured or fixed.
 * @param options of the alarms: after what they look at, which otherwise is missing at first
 */
export function makeAlarms(
  signals: readonly AwsSignal[],
  topic: aws.sns.Topic,
  foundation: AwsFoundation,
  options: pulumi.CustomResourceOptions,
): readonly aws.cloudwatch.MetricAlarm[] {
  return signals.flatMap((signal) => {
    const { alarm } = signal;
    const threshold = thresholdOf(signal, foundation.aws.alarms.thresholds);
    if (alarm === null || threshold === null) return [];
    return alarmLines(signal).map(([name, series]) =>
      makeAlarm(name, signal, alarm, series, threshold, actionsOf(topic), foundation, options),
    );
  });
}

/** A share of failed requests that is an outage and not a fault. */
const outageRatio = 0.5;

/** The alarm that wakes somebody: nobody to send visitors to, or most requests fail. Its parts stay silent. */
export function siteDownAlarm(
  signals: readonly AwsSignal[],
  topic: aws.sns.Topic,
  foundation: AwsFoundation,
  parent: pulumi.Resource,
): aws.cloudwatch.CompositeAlarm {
  const silent: Actions = { alarmActions: [], okActions: [] };
  const part = (id: string, name: string, given: number) => {
    const signal = signals.find((each) => each.id === id);
    if (!signal || signal.alarm === null) throw new Error(`signal ${id} can raise no alarm`);
    const alarm = { ...signal.alarm, minutes: 2 };
    return makeAlarm(name, signal, alarm, signal.series, given, silent, foundation, { parent });
  };
  const parts = [
    part("healthy-servers", "site-down-no-server", 1),
    part("error-ratio", "site-down-errors", outageRatio),
  ];
  return new aws.cloudwatch.CompositeAlarm(
    "site-down",
    {
      alarmName: `${foundation.prefix}-site-down`,
      alarmDescription:
        "The site is down: no healthy server, or most requests fail. What to do: docs/runbook.md#site-down",
      alarmRule: pulumi
        .all(parts.map(({ name }) => name))
        .apply((names) => names.map((name) => `ALARM("${name}")`).join(" OR ")),
      ...actionsOf(topic),
    },
    { parent },
  );
}

/** Looks at the site from several continents, as a visitor would. `local` is the topic of the stack's own region. */
export function outsideCheck(
  domain: string,
  local: aws.sns.Topic,
  foundation: AwsFoundation,
  parent: pulumi.Resource,
): void {
  const check = new aws.route53.HealthCheck(
    "site",
    {
      type: "HTTPS",
      fqdn: domain,
      port: 443,
      resourcePath: readyPath,
      enableSni: true,
      measureLatency: true,
      requestInterval: 30,
      failureThreshold: 3,
      tags: { Name: `${foundation.prefix}-site` },
    },
    { parent },
  );
  const topic =
    foundation.aws.region === healthRegion
      ? local
      : makeTopic("alarms-outside", foundation, parent, healthRegion);
  new aws.cloudwatch.MetricAlarm(
    "site-unreachable",
    {
      region: healthRegion,
      name: `${foundation.prefix}-site-unreachable`,
      alarmDescription:
        "The site does not answer visitors from outside. What to do: docs/runbook.md#site-down",
      namespace: "AWS/Route53",
      metricName: "HealthCheckStatus",
      dimensions: { HealthCheckId: check.id },
      statistic: "Minimum",
      period: 60,
      evaluationPeriods: 2,
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
      treatMissingData: "breaching",
      ...actionsOf(topic),
    },
    { parent },
  );
}
