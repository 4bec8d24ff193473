/** What every part on AWS stands on: account and region, names, the key that encrypts, log groups. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/schema.ts";
import { policyDocument, type Statement } from "./policies.ts";
import { logRetentionDays } from "./retention.ts";

/** Settings of cloud `aws`. */
export type AwsSettings = NonNullable<Settings["aws"]>;

/** Days that a key waits after deletion was asked for; the longest that AWS offers. */
const keyDeletionDays = 30;

/** What every key permits: the account's own policies decide, and alarms and database events reach a topic. */
function sharedStatements(partition: string, account: string): readonly Statement[] {
  return [
    {
      Sid: "AccountDecidesByItsOwnPolicies",
      Effect: "Allow",
      Principal: { AWS: `arn:${partition}:iam::${account}:root` },
      Action: "kms:*",
      Resource: "*",
    },
    {
      Sid: "AlarmsAndDatabaseEventsReachTheTopic",
      Effect: "Allow",
      Principal: { Service: ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"] },
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      Resource: "*",
      Condition: { StringEquals: { "aws:SourceAccount": account } },
    },
  ];
}

function dataStatements(partition: string, account: string, region: string): readonly Statement[] {
  const use = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"];
  return [
    ...sharedStatements(partition, account),
    {
      Sid: "LogGroups",
      Effect: "Allow",
      Principal: { Service: `logs.${region}.amazonaws.com` },
      Action: use,
      Resource: "*",
      Condition: {
        ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:${partition}:logs:${region}:${account}:*` },
      },
    },
  ];
}

/** Begins names that must be unique in the account: `foobar-staging`. */
export const stackPrefix = (): string => `${pulumi.getProject()}-${pulumi.getStack()}`;

/** Tags on everything, for costs and for searches. */
export function stackTags(settings: Settings, cloud: AwsSettings): Readonly<Record<string, string>> {
  return {
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
    environment: settings.environment,
    ...Object.fromEntries(cloud.tags.map(({ name, value }) => [name, value])),
  };
}

/** Account, region, names, the stack's key. One a stack. */
export class AwsFoundation extends pulumi.ComponentResource {
  readonly aws: AwsSettings;
  readonly settings: Settings;
  /** Begins names that must be unique in the account: `foobar-staging`. */
  readonly prefix: string;
  readonly accountId: pulumi.Output<string>;
  readonly partition: pulumi.Output<string>;
  /** Encrypts database, secrets, artifacts, logs and alarms. */
  readonly key: aws.kms.Key;
  /** Tags on everything. */
  readonly tags: Readonly<Record<string, string>>;
  /** Days after which logs are deleted; one of the values that CloudWatch knows. */
  readonly logDays: number;

  constructor(name: string, settings: Settings, cloud: AwsSettings, opts: pulumi.ComponentResourceOptions) {
    super("foobar:aws:Foundation", name, {}, opts);
    this.settings = settings;
    this.aws = cloud;
    this.prefix = stackPrefix();
    this.tags = stackTags(settings, cloud);
    this.logDays = logRetentionDays(settings.monitoring.retentionDays);
    this.accountId = aws.getCallerIdentityOutput({}, { parent: this }).accountId;
    this.partition = aws.getPartitionOutput({}, { parent: this }).partition;
    this.key = new aws.kms.Key(
      "data",
      {
        description: `Data of ${this.prefix}`,
        enableKeyRotation: true,
        deletionWindowInDays: keyDeletionDays,
        policy: pulumi
          .all([this.partition, this.accountId])
          .apply(([partition, account]) => policyDocument(dataStatements(partition, account, cloud.region))),
      },
      this.guarded(),
    );
    new aws.kms.Alias(
      "data",
      { name: `alias/${this.prefix}-data`, targetKeyId: this.key.keyId },
      { parent: this },
    );
    this.registerOutputs({ key: this.key.arn });
  }

  /** Options for what holds data or keys: Pulumi itself refuses to delete it while deletion protection is on. */
  guarded(parent: pulumi.Resource = this): pulumi.CustomResourceOptions {
    return { parent, protect: this.aws.deletionProtection };
  }

  /**
   * A key for a topic in another region, where the stack's key cannot be used. AWS's own key for topics would not do:
   * its policy lets no alarm through.
   */
  topicKey(name: string, region: string, parent: pulumi.Resource): aws.kms.Key {
    return new aws.kms.Key(
      name,
      {
        region,
        description: `Alarms of ${this.prefix}`,
        enableKeyRotation: true,
        deletionWindowInDays: keyDeletionDays,
        policy: pulumi
          .all([this.partition, this.accountId])
          .apply(([partition, account]) => policyDocument(sharedStatements(partition, account))),
      },
      this.guarded(parent),
    );
  }

  /** An encrypted log group that forgets. `name` is below the stack's prefix: `web/access` → `/foobar-staging/web/access`. */
  logGroup(resource: string, name: string, parent: pulumi.Resource): aws.cloudwatch.LogGroup {
    return this.logGroupAt(resource, `/${this.prefix}/${name}`, parent);
  }

  /** An encrypted log group of a name that a service of AWS prescribes. */
  logGroupAt(resource: string, name: string, parent: pulumi.Resource): aws.cloudwatch.LogGroup {
    return new aws.cloudwatch.LogGroup(
      resource,
      { name, retentionInDays: this.logDays, kmsKeyId: this.key.arn },
      { parent },
    );
  }
}
