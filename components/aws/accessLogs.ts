/** Where the load balancer writes down who came: a locked-down bucket that forgets. */
import * as pulumi from "@pulumi/pulumi";
import type { AwsFoundation } from "./foundation.ts";
import type { Statement } from "./policies.ts";
import { PrivateBucket } from "./privateBucket.ts";

/** Folders of the bucket, one for each kind of log. */
export const logFolders = { access: "access", connections: "connections", health: "health" } as const;

/** Days after which replaced versions go: nobody replaces a log in good faith. */
const oldVersionDays = 30;

/** An ALB writes by one service of AWS, an NLB by another that looks at the bucket's rights first. */
function grants(arn: pulumi.Output<string>, account: pulumi.Output<string>): readonly Statement[] {
  const objects = Object.values(logFolders).map(
    (folder) => pulumi.interpolate`${arn}/${folder}/AWSLogs/${account}/*`,
  );
  return [
    {
      // Needs no condition: an ALB writes below the number of its own account only.
      Sid: "ApplicationLoadBalancer",
      Effect: "Allow",
      Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: objects,
    },
    {
      Sid: "NetworkLoadBalancer",
      Effect: "Allow",
      Principal: { Service: "delivery.logs.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: objects,
      Condition: { StringEquals: { "aws:SourceAccount": account } },
    },
    {
      Sid: "NetworkLoadBalancerLooksFirst",
      Effect: "Allow",
      Principal: { Service: "delivery.logs.amazonaws.com" },
      Action: "s3:GetBucketAcl",
      Resource: arn,
      Condition: { StringEquals: { "aws:SourceAccount": account } },
    },
  ];
}

/** Makes the bucket. S3's own encryption: load balancers write with no other. */
export function accessLogBucket(foundation: AwsFoundation, parent: pulumi.Resource): PrivateBucket {
  return new PrivateBucket(
    "access-logs",
    {
      key: null,
      versioned: true,
      expireDays: foundation.aws.balancer.logDays,
      expireOldVersionsDays: oldVersionDays,
      grants: (arn) => grants(arn, foundation.accountId),
    },
    foundation,
    { parent },
  );
}
