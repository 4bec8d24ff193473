/** The web application firewall before an ALB. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/schema.ts";
import type { AwsFoundation } from "./foundation.ts";

/** AWS's managed groups of rules, most important first. */
export const managedGroups = [
  "AWSManagedRulesAmazonIpReputationList",
  "AWSManagedRulesKnownBadInputsRuleSet",
  "AWSManagedRulesCommonRuleSet",
  "AWSManagedRulesSQLiRuleSet",
] as const;

/**
 * Largest body that the common group lets through, and the most of a body that WAF looks at before an ALB; where the
 * site takes larger ones, the web server alone limits them.
 */
const commonBodyKiB = 8;

/** Rules of the common group that refuse what the web server takes: a path above 1024 bytes, a query above 2048. */
const tooNarrow = ["SizeRestrictions_URIPATH", "SizeRestrictions_QUERYSTRING"];

/** Seconds over which one address's requests are counted; the shortest is 60. */
const rateWindowSeconds = 60;

/** The shortest limit that WAF takes. */
const leastRate = 10;

export interface WafArgs {
  readonly foundation: AwsFoundation;
  readonly mode: "count" | "block";
  readonly limits: Settings["limits"];
  readonly balancerArn: pulumi.Input<string>;
}

/** Name of the access list, by which CloudWatch knows it. */
export const webAclName = ({ prefix }: AwsFoundation): string => `${prefix}-web`;

const visibility = (metricName: string) => ({
  metricName,
  cloudwatchMetricsEnabled: true,
  sampledRequestsEnabled: true,
});

type WebAclRule = NonNullable<pulumi.Unwrap<aws.wafv2.WebAclArgs["rules"]>>[number];

function managedRule(
  group: (typeof managedGroups)[number],
  priority: number,
  { mode, limits }: WafArgs,
): WebAclRule {
  const counted = [...tooNarrow, ...(limits.bodyKiB > commonBodyKiB ? ["SizeRestrictions_BODY"] : [])];
  const sizesOfTheChain =
    group === "AWSManagedRulesCommonRuleSet"
      ? { ruleActionOverrides: counted.map((name) => ({ name, actionToUse: { count: {} } })) }
      : {};
  return {
    name: group,
    priority,
    overrideAction: mode === "block" ? { none: {} } : { count: {} },
    statement: { managedRuleGroupStatement: { vendorName: "AWS", name: group, ...sizesOfTheChain } },
    visibilityConfig: visibility(group),
  };
}

function rateRule({ mode, limits }: WafArgs): WebAclRule {
  const limit = Math.max(leastRate, Math.ceil((limits.requestsPer10s * rateWindowSeconds) / 10));
  return {
    name: "rate",
    priority: 0,
    action:
      mode === "block"
        ? {
            block: {
              customResponse: { responseCode: 429, responseHeaders: [{ name: "Retry-After", value: "60" }] },
            },
          }
        : { count: {} },
    statement: {
      rateBasedStatement: { limit, aggregateKeyType: "IP", evaluationWindowSec: rateWindowSeconds },
    },
    visibilityConfig: visibility("rate"),
  };
}

/** Makes the access list, puts it before the balancer and logs what it stops or counts. */
export function makeWaf(args: WafArgs, parent: pulumi.Resource): aws.wafv2.WebAcl {
  const { foundation } = args;
  const name = webAclName(foundation);
  const acl = new aws.wafv2.WebAcl(
    "waf",
    {
      name,
      description: "Managed rules and a rate limit before the site",
      scope: "REGIONAL",
      defaultAction: { allow: {} },
      rules: [rateRule(args), ...managedGroups.map((group, index) => managedRule(group, index + 1, args))],
      visibilityConfig: visibility(name),
    },
    { parent },
  );
  new aws.wafv2.WebAclAssociation("waf", { webAclArn: acl.arn, resourceArn: args.balancerArn }, { parent });
  // WAF writes only into groups whose name begins so.
  const logs = foundation.logGroupAt("waf", `aws-waf-logs-${foundation.prefix}`, parent);
  new aws.wafv2.WebAclLoggingConfiguration(
    "waf",
    {
      resourceArn: acl.arn,
      logDestinationConfigs: [logs.arn],
      redactedFields: [{ singleHeader: { name: "authorization" } }, { singleHeader: { name: "cookie" } }],
      loggingFilter: {
        defaultBehavior: "DROP",
        filters: [
          {
            behavior: "KEEP",
            requirement: "MEETS_ANY",
            conditions: ["BLOCK", "COUNT", "EXCLUDED_AS_COUNT"].map((action) => ({
              actionCondition: { action },
            })),
          },
        ],
      },
    },
    { parent },
  );
  return acl;
}
