/** IAM policy documents. Pure. */
import * as pulumi from "@pulumi/pulumi";

/** One statement of a policy, in IAM's own words. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | Readonly<Record<string, pulumi.Input<string> | readonly pulumi.Input<string>[]>>;
  readonly Action: string | readonly string[];
  readonly Resource: pulumi.Input<string> | readonly pulumi.Input<string>[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, pulumi.Input<string> | readonly pulumi.Input<string>[]>>>
  >;
}

/** A policy document as JSON. */
export function policyDocument(statements: readonly Statement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
}

const takenOnBy = (service: string) => ({
  Effect: "Allow",
  Principal: { Service: service },
  Action: "sts:AssumeRole",
});

/**
 * Who may take on a role: a service of AWS, `ec2.amazonaws.com`, that documents no condition on the account and takes a
 * role only from its own (`iam:PassRole`).
 */
export function trustOf(service: string): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [takenOnBy(service)] });
}

/** A service of AWS that may take on a role, but only on behalf of this account: it works for others as well. */
export function trustWithin(service: string, account: pulumi.Input<string>): pulumi.Output<string> {
  const onOwnBehalf = { StringEquals: { "aws:SourceAccount": account } };
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [{ ...takenOnBy(service), Condition: onOwnBehalf }],
  });
}
