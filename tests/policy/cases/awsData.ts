import type { Judged } from "../support/pack.ts";
import { about, type Case, providers, resource, urn } from "../support/resource.ts";

const bucket = "aws:s3/bucket:Bucket";
const cluster = "aws:rds/cluster:Cluster";
const block = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const policy = "aws:s3/bucketPolicy:BucketPolicy";

const beside = { propertyDependencies: { bucket: [urn(bucket)] } };
const ofAnother = { propertyDependencies: { bucket: [urn(bucket, "another")] } };

/** A bucket with a companion, without one, and with that of another bucket. */
const companion = (rule: string, type: string, says: RegExp): Case => ({
  rule,
  passing: [resource(bucket, {}), resource(type, {}, beside)],
  failing: [
    { resources: [resource(bucket, {})], says },
    { resources: [resource(bucket, {}), resource(type, {}, ofAnother)], says },
  ],
});

const closed = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
};

const refuse = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};
const allow = { Effect: "Allow", Principal: { AWS: "*" }, Action: "s3:GetObject" };
const policyOf = (...Statement: unknown[]) => ({ policy: JSON.stringify({ Statement }) });

const topic = "aws:sns/topic:Topic";

/** A topic that alarms and database events are sent to, and the services that its policy lets in. */
const topicWith = (...Service: readonly string[]): readonly Judged[] => [
  resource(topic, { kmsMasterKeyId: "key" }),
  resource(
    "aws:sns/topicPolicy:TopicPolicy",
    policyOf({ Effect: "Allow", Principal: { Service }, Action: "sns:Publish" }),
    { propertyDependencies: { arn: [urn(topic)] } },
  ),
  resource(
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    {},
    { propertyDependencies: { alarmActions: [urn(topic)] } },
  ),
  resource(
    "aws:rds/eventSubscription:EventSubscription",
    {},
    { propertyDependencies: { snsTopic: [urn(topic)] } },
  ),
];

const production = { provider: providers.production };

export const dataCases: readonly Case[] = [
  about(
    "disks-encrypted",
    "aws:ec2/launchTemplate:LaunchTemplate",
    { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "true" } }] },
    [{ blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "false" } }] }, /\/dev\/xvda/],
    [{}, /says nothing of its root disk/],
  ),
  about("databases-encrypted", cluster, { storageEncrypted: true }, [{}, /is not encrypted/]),
  about("secrets-encrypted", "aws:secretsmanager/secret:Secret", { kmsKeyId: "key" }, [{}, /no key/]),
  about("logs-encrypted", "aws:cloudwatch/logGroup:LogGroup", { kmsKeyId: "key" }, [{}, /no key/]),
  about("topics-encrypted", "aws:sns/topic:Topic", { kmsMasterKeyId: "key" }, [{}, /no key/]),
  about("log-retention", "aws:cloudwatch/logGroup:LogGroup", { retentionInDays: 14 }, [
    { retentionInDays: 0 },
    /for ever/,
  ]),
  companion(
    "buckets-have-encryption",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    /does not say how/,
  ),
  companion("buckets-have-access-block", block, /could be made public/),
  companion("buckets-have-policy", policy, /has no policy/),
  about("public-access-blocked", block, closed, [
    { ...closed, restrictPublicBuckets: false },
    /restrictPublicBuckets/,
  ]),
  about(
    "bucket-policies-strict",
    policy,
    policyOf(refuse),
    [policyOf({ ...allow, Principal: { Service: "a" } }), /plain connections/],
    [policyOf(refuse, allow), /lets everybody in/],
  ),
  {
    rule: "deletion-protected",
    passing: [
      resource(cluster, { deletionProtection: true }, { ...production, protect: true }),
      resource(bucket, {}, { ...production, protect: true }),
      resource("aws:kms/key:Key", {}, { ...production, protect: true }),
      // Staging may be taken down in one step.
      resource(cluster, { deletionProtection: false }),
    ],
    failing: [
      {
        resources: [resource(cluster, { deletionProtection: false }, { ...production, protect: true })],
        says: /deleted at AWS/,
      },
      {
        resources: [resource(cluster, { deletionProtection: true }, production)],
        says: /deleted by Pulumi/,
      },
      { resources: [resource(bucket, {}, production)], says: /deleted by Pulumi/ },
      { resources: [resource("aws:kms/key:Key", {}, production)], says: /deleted by Pulumi/ },
    ],
  },
  {
    rule: "databases-backed-up",
    passing: [
      resource(cluster, { backupRetentionPeriod: 7, skipFinalSnapshot: false }, production),
      resource(cluster, { backupRetentionPeriod: 1, skipFinalSnapshot: false }),
    ],
    failing: [
      { resources: [resource(cluster, { backupRetentionPeriod: 6 }, production)], says: /for 6 days, not 7/ },
      { resources: [resource(cluster, { backupRetentionPeriod: 0 })], says: /for 0 days, not 1/ },
      {
        resources: [resource(cluster, { backupRetentionPeriod: 7, skipFinalSnapshot: true })],
        says: /no snapshot/,
      },
    ],
  },
  about("databases-private", "aws:rds/instance:Instance", { publiclyAccessible: false }, [
    { publiclyAccessible: true },
    /public address/,
  ]),
  about(
    "databases-tls-only",
    "aws:rds/clusterParameterGroup:ClusterParameterGroup",
    {
      parameters: [
        { name: "require_secure_transport", value: "1" },
        { name: "tls_version", value: "TLSv1.2,TLSv1.3" },
      ],
    },
    [{ parameters: [{ name: "tls_version", value: "TLSv1.2" }] }, /plain connections/],
    [{ parameters: [{ name: "tls_version", value: "TLSv1.1,TLSv1.2" }] }, /old TLS/],
  ),
  about(
    "names-taken",
    bucket,
    { bucketPrefix: "foobar-staging-access-logs-" },
    [{ bucketPrefix: "x".repeat(38) }, /has the bucketPrefix x+; AWS takes 1 to 37 lower-case letters/],
    [{ bucketPrefix: "foobar-My-access-logs-" }, /lower-case/],
  ),
  about(
    "names-taken",
    cluster,
    {
      clusterIdentifier: "foobar-prod-database",
      finalSnapshotIdentifier: "foobar-prod-database-final-0badcafe",
    },
    [{ clusterIdentifier: `a${"b".repeat(52)}` }, /AWS takes 1 to 52/],
    [{ clusterIdentifier: "foobar--prod" }, /single inner hyphens/],
    [
      { clusterIdentifier: "foobar-prod", finalSnapshotIdentifier: "foobar-" },
      /finalSnapshotIdentifier foobar-;/,
    ],
  ),
  about("names-taken", "aws:lambda/function:Function", { name: "foobar-prod-database-setup" }, [
    { name: "x".repeat(65) },
    /AWS takes 1 to 64/,
  ]),
  {
    rule: "topics-reached",
    passing: topicWith("cloudwatch.amazonaws.com", "events.rds.amazonaws.com"),
    failing: [
      { resources: topicWith("cloudwatch.amazonaws.com"), says: /shuts out events\.rds\.amazonaws\.com/ },
      { resources: topicWith("events.rds.amazonaws.com"), says: /shuts out cloudwatch\.amazonaws\.com/ },
    ],
  },
  about(
    "master-password-managed",
    cluster,
    { manageMasterUserPassword: true },
    [{ masterPassword: "chosen" }, /somebody chose/],
    [{ manageMasterUserPassword: true, masterPassword: "chosen" }, /somebody chose/],
  ),
];
