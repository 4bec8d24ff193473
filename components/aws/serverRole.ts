/** What a server may do with AWS: read its own secrets and artifacts, say that it is ready, ship logs and metrics, be reached by sessions. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsArtifacts } from "./artifacts.ts";
import type { AwsFoundation } from "./foundation.ts";
import { policyDocument, type Statement, trustOf } from "./policies.ts";

export interface ServerRoleArgs {
  readonly foundation: AwsFoundation;
  readonly artifacts: AwsArtifacts;
  /** Name of the server's Auto Scaling group. */
  readonly group: string;
  /** Secrets that the server fetches. */
  readonly secrets: readonly pulumi.Input<string>[];
  /** What its agents need. */
  readonly agents: readonly Statement[];
}

/** What the SSM agent needs for Session Manager, and no more. */
const sessions: Statement = {
  Sid: "SessionManager",
  Effect: "Allow",
  // These actions know no resources.
  Action: [
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
  ],
  Resource: "*",
};

/** Makes role and profile. The profile is ready when the policy is. */
export function serverProfile(
  name: string,
  { foundation, artifacts, group, secrets, agents }: ServerRoleArgs,
  parent: pulumi.Resource,
): aws.iam.InstanceProfile {
  const { region } = foundation.aws;
  const role = new aws.iam.Role(name, { assumeRolePolicy: trustOf("ec2.amazonaws.com") }, { parent });
  const policy = new aws.iam.RolePolicy(
    name,
    {
      role: role.id,
      policy: policyDocument([
        sessions,
        {
          Sid: "SayThatItIsReady",
          Effect: "Allow",
          Action: "autoscaling:CompleteLifecycleAction",
          Resource: pulumi.interpolate`arn:${foundation.partition}:autoscaling:${region}:${foundation.accountId}:autoScalingGroup:*:autoScalingGroupName/${group}`,
        },
        {
          Sid: "AskWhetherTheGroupWaits",
          Effect: "Allow",
          // This action knows no resources.
          Action: "autoscaling:DescribeAutoScalingInstances",
          Resource: "*",
        },
        {
          Sid: "ReadOwnSecrets",
          Effect: "Allow",
          Action: "secretsmanager:GetSecretValue",
          Resource: [...secrets],
        },
        {
          Sid: "ReadArtifacts",
          Effect: "Allow",
          Action: "s3:GetObject",
          Resource: pulumi.interpolate`${artifacts.bucket.bucket.arn}/*`,
        },
        {
          Sid: "DecryptBoth",
          Effect: "Allow",
          Action: "kms:Decrypt",
          Resource: foundation.key.arn,
          Condition: {
            StringEquals: {
              "kms:ViaService": [`secretsmanager.${region}.amazonaws.com`, `s3.${region}.amazonaws.com`],
            },
          },
        },
        ...agents,
      ]),
    },
    { parent },
  );
  return new aws.iam.InstanceProfile(name, { role: role.name }, { parent, dependsOn: [policy] });
}
