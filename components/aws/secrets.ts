/** Secrets that servers and functions fetch at run time. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsFoundation } from "./foundation.ts";

/** Days that a deleted secret can be brought back; none where nothing is protected, so that a stack can be made anew. */
const recoveryDays = 30;

/** A secret and its present value. */
export interface StoredSecret {
  readonly arn: pulumi.Output<string>;
  readonly version: aws.secretsmanager.SecretVersion;
}

/** Keeps a value in Secrets Manager, encrypted with the stack's key. */
export function storeSecret(
  name: string,
  description: string,
  value: pulumi.Input<string>,
  foundation: AwsFoundation,
  parent: pulumi.Resource,
): StoredSecret {
  const secret = new aws.secretsmanager.Secret(
    name,
    {
      namePrefix: `${foundation.prefix}/${name}-`,
      description,
      kmsKeyId: foundation.key.arn,
      recoveryWindowInDays: foundation.aws.deletionProtection ? recoveryDays : 0,
    },
    { parent },
  );
  const version = new aws.secretsmanager.SecretVersion(
    name,
    { secretId: secret.id, secretString: value },
    { parent },
  );
  return { arn: secret.arn, version };
}
