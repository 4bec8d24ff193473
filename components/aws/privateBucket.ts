/** A bucket that nobody but its named users can read, write or make public. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsFoundation } from "./foundation.ts";
import { policyDocument, type Statement } from "./policies.ts";

export interface PrivateBucketArgs {
  /** Key that encrypts it, or null for S3's own (load balancers write with no other). */
  readonly key: aws.kms.Key | null;
  readonly versioned: boolean;
  /** Days after which objects are deleted; null keeps them. */
  readonly expireDays: number | null;
  /** Days after which replaced versions are deleted. */
  readonly expireOldVersionsDays: number;
  /** What others may do, given the bucket's ARN. */
  readonly grants: (bucketArn: pulumi.Output<string>) => readonly Statement[];
}

/** Days after which uploads that were never finished are cleared away. */
const unfinishedUploadDays = 7;

export class PrivateBucket extends pulumi.ComponentResource {
  readonly bucket: aws.s3.Bucket;
  /** The bucket's policy: what writes to it must wait for it. */
  readonly policy: aws.s3.BucketPolicy;

  constructor(
    name: string,
    args: PrivateBucketArgs,
    foundation: AwsFoundation,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("foobar:aws:PrivateBucket", name, {}, opts);
    const at = { parent: this };
    this.bucket = new aws.s3.Bucket(
      name,
      { bucketPrefix: `${foundation.prefix}-${name}-`, forceDestroy: !foundation.aws.deletionProtection },
      foundation.guarded(this),
    );
    const bucket = this.bucket.id;
    const closed = new aws.s3.BucketPublicAccessBlock(
      name,
      {
        bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      at,
    );
    new aws.s3.BucketOwnershipControls(
      name,
      { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      at,
    );
    new aws.s3.BucketServerSideEncryptionConfiguration(
      name,
      {
        bucket,
        rules: [
          {
            bucketKeyEnabled: args.key !== null,
            applyServerSideEncryptionByDefault:
              args.key === null
                ? { sseAlgorithm: "AES256" }
                : { sseAlgorithm: "aws:kms", kmsMasterKeyId: args.key.arn },
          },
        ],
      },
      at,
    );
    const versioning = new aws.s3.BucketVersioning(
      name,
      { bucket, versioningConfiguration: { status: args.versioned ? "Enabled" : "Suspended" } },
      at,
    );
    new aws.s3.BucketLifecycleConfiguration(
      name,
      {
        bucket,
        rules: [
          {
            id: "forget",
            status: "Enabled",
            filter: { prefix: "" },
            abortIncompleteMultipartUpload: { daysAfterInitiation: unfinishedUploadDays },
            noncurrentVersionExpiration: { noncurrentDays: args.expireOldVersionsDays },
            ...(args.expireDays === null ? {} : { expiration: { days: args.expireDays } }),
          },
        ],
      },
      { parent: this, dependsOn: [versioning] },
    );
    const { arn } = this.bucket;
    this.policy = new aws.s3.BucketPolicy(
      name,
      {
        bucket,
        policy: policyDocument([
          {
            Sid: "OnlyEncryptedConnections",
            Effect: "Deny",
            Principal: "*",
            Action: "s3:*",
            Resource: [arn, pulumi.interpolate`${arn}/*`],
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
          ...args.grants(arn),
        ]),
      },
      { parent: this, dependsOn: [closed] },
    );
    this.registerOutputs({ name: bucket });
  }
}
