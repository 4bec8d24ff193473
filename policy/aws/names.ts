/** Names: what AWS takes, where it would say so only in the middle of an update. */
import { z } from "zod";
import { text } from "../properties.ts";
import { resourceRule } from "../rule.ts";

/** A name's form, and what it says to people. */
interface Form {
  readonly form: RegExp;
  readonly say: string;
}

const upTo = (length: number, characters: RegExp, say: string): Form => ({
  form: new RegExp(`^(?=.{1,${length}}$)${characters.source}$`),
  say: `1 to ${length} ${say}`,
});

const bucketCharacters = /[a-z0-9][a-z0-9.-]*/;
const bucketSay = "lower-case letters, digits, dots and hyphens";

/** RDS: begins with a letter, no hyphen at the end and none beside another. RDS itself would turn upper case to lower. */
const database = (length: number) =>
  upTo(length, /[a-z](?:-?[a-z0-9]+)*/, "lower-case letters, digits and single inner hyphens");

const words = (length: number) => upTo(length, /[\w-]+/, "letters, digits, hyphens and underscores");

/** Characters that the provider adds to a prefix. */
const added = 26;

const databasePrefix = upTo(
  255 - added,
  /[a-z](?:-?[a-z0-9])*-?/,
  "lower-case letters, digits and single hyphens",
);

/** Type of a resource → property → what AWS takes there. */
const forms: Readonly<Record<string, Readonly<Record<string, Form>>>> = {
  "aws:s3/bucket:Bucket": {
    bucket: upTo(63, bucketCharacters, bucketSay),
    bucketPrefix: upTo(63 - added, bucketCharacters, bucketSay),
  },
  // A Multi-AZ DB cluster may have 52, Aurora 63.
  "aws:rds/cluster:Cluster": { clusterIdentifier: database(52), finalSnapshotIdentifier: database(255) },
  "aws:rds/instance:Instance": { identifier: database(63), finalSnapshotIdentifier: database(255) },
  "aws:rds/clusterInstance:ClusterInstance": { identifier: database(63) },
  "aws:rds/clusterParameterGroup:ClusterParameterGroup": { namePrefix: databasePrefix },
  "aws:rds/parameterGroup:ParameterGroup": { namePrefix: databasePrefix },
  "aws:rds/proxy:Proxy": { name: database(63) },
  "aws:rds/proxyEndpoint:ProxyEndpoint": { dbProxyEndpointName: database(63) },
  "aws:rds/eventSubscription:EventSubscription": { name: database(255) },
  "aws:lambda/function:Function": { name: words(64) },
  "aws:autoscaling/group:Group": { name: words(255) },
  "aws:ec2/launchTemplate:LaunchTemplate": { namePrefix: words(128 - added) },
  "aws:secretsmanager/secret:Secret": {
    namePrefix: upTo(512 - added, /[\w/+=.@-]+/, "letters, digits and /_+=.@-"),
  },
  "aws:wafv2/webAcl:WebAcl": {
    name: words(128),
    description: upTo(
      256,
      /[\w+=:#@/,.-][\w+=:#@/,.\s-]+[\w+=:#@/,.-]/,
      "letters, digits, spaces and _+=:#@/,.-",
    ),
  },
  "aws:sns/topic:Topic": { name: words(256) },
  "aws:kms/alias:Alias": {
    name: upTo(256, /alias\/[\w/-]+/, "letters, digits and _/-, beginning with alias/"),
  },
  "aws:cloudwatch/dashboard:Dashboard": { dashboardName: words(255) },
  "aws:cloudwatch/logGroup:LogGroup": { name: upTo(512, /[\w./#-]+/, "letters, digits and _./#-") },
  "aws:cloudwatch/metricAlarm:MetricAlarm": { name: upTo(255, /[ -~]+/, "printable characters") },
};

/** Every property that is a name of something: what else a resource has may not be known yet. */
const properties = [...new Set(Object.values(forms).flatMap((each) => Object.keys(each)))];

export const namesTaken = () =>
  resourceRule({
    name: "names-taken",
    description: "AWS takes every name: its length and its characters.",
    remedy: "Shorten it, or the names of project and stack that it is made of",
    types: Object.keys(forms),
    reads: z.object(Object.fromEntries(properties.map((property) => [property, text]))),
    problems: (known, { type }) =>
      Object.entries(forms[type] ?? {}).flatMap(([property, { form, say }]) => {
        const name = known[property] ?? null;
        return name === null || form.test(name) ? [] : [`has the ${property} ${name}; AWS takes ${say}`];
      }),
  });
