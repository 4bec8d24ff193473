/** What AWS takes as the name of a stack, which most of its names begin with. Pure. */
import { namespace } from "./commands.ts";
import type { Finding } from "./findings.ts";
import type { Checked } from "./schema.ts";

/** The name with the least room: S3 takes 37 characters before those that the provider adds. */
const bucketPrefix = 37;

/** What the longest of those names adds: `foobar-staging-access-logs-`. */
const longestAddition = "-access-logs-";

/** Most characters of a stack's name. */
export const longestStackName = bucketPrefix - longestAddition.length - namespace.length - 1;

/** Names of buckets and databases: single hyphens inside. */
const form = /^[a-z0-9](-?[a-z0-9])*$/;

/** Findings about the name of a stack. */
export function stackNameFindings({ cloud }: Partial<Checked>, stack: string): readonly Finding[] {
  if (cloud !== "aws" || (stack.length <= longestStackName && form.test(stack))) return [];
  return [
    {
      path: "stack",
      problem: `is named ${stack}, and AWS would refuse the names that begin with it`,
      remedy: `Choose 1 to ${longestStackName} lower-case letters, digits and single hyphens inside: pulumi stack rename NAME --stack ${stack}`,
    },
  ];
}
