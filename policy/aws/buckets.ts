/** Buckets: private, encrypted, reached over TLS only. */
import type { PolicyResource } from "@pulumi/policy";
import { z } from "zod";
import { flag, listOf, text } from "../properties.ts";
import { comesFrom } from "../related.ts";
import { resourceRule, stackRule } from "../rule.ts";

const bucketTypes = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];

const isBucket = ({ type }: PolicyResource) => bucketTypes.includes(type);

/** A rule that every bucket has a resource of a type beside it. */
const companion = (name: string, type: string, description: string, problem: string) => {
  const kind = type.split(":").at(-1) ?? type;
  return stackRule({
    name,
    description,
    remedy: `Give it a ${kind}`,
    problems: (resources) => {
      const companions = resources.filter((each) => each.type === type);
      return resources
        .filter((each) => isBucket(each) && !companions.some((one) => comesFrom(one, "bucket", each)))
        .map((resource) => ({ resource, problem }));
    },
  });
};

const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const;

export const publicAccessBlocked = () =>
  resourceRule({
    name: "public-access-blocked",
    description: "A public access block closes all four ways.",
    remedy: `Set ${blocks.join(", ")} to true`,
    types: ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"],
    reads: z.object({
      blockPublicAcls: flag,
      blockPublicPolicy: flag,
      ignorePublicAcls: flag,
      restrictPublicBuckets: flag,
    }),
    problems: (known) => blocks.filter((block) => !known[block]).map((block) => `leaves ${block} open`),
  });

export const bucketsBlocked = () =>
  companion(
    "buckets-have-access-block",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "Every bucket has a public access block.",
    "could be made public",
  );

export const bucketsEncrypted = () =>
  companion(
    "buckets-have-encryption",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "Every bucket says how its objects are encrypted.",
    "does not say how its objects are encrypted",
  );

export const bucketsHavePolicy = () =>
  companion(
    "buckets-have-policy",
    "aws:s3/bucketPolicy:BucketPolicy",
    "Every bucket has a policy, which refuses plain connections.",
    "has no policy",
  );

const many = z.union([z.string().transform((one) => [one]), z.array(z.string())]).nullish();
const statement = z.object({
  Effect: text,
  Principal: z.unknown().optional(),
  Action: many,
  Condition: z.object({ Bool: z.record(z.string(), z.union([z.string(), z.boolean()])).nullish() }).nullish(),
});
const document = z.object({ Statement: listOf(statement) });

const refusesPlain = ({ Effect, Principal, Action, Condition }: z.output<typeof statement>) =>
  Effect === "Deny" &&
  Principal === "*" &&
  (Action ?? []).includes("s3:*") &&
  String(Condition?.Bool?.["aws:SecureTransport"]) === "false";

const isOpen = ({ Effect, Principal, Condition }: z.output<typeof statement>) =>
  Effect === "Allow" && !Condition && /^(?:"\*"|\{"AWS":"\*"\})$/.test(JSON.stringify(Principal ?? null));

export const bucketPolicies = () =>
  resourceRule({
    name: "bucket-policies-strict",
    description: "A bucket's policy refuses plain connections and lets nobody in without a condition.",
    remedy: "Deny s3:* where aws:SecureTransport is false, and name who is allowed",
    types: ["aws:s3/bucketPolicy:BucketPolicy"],
    reads: z.object({
      policy: z.union([document, z.string().transform((json) => document.parse(JSON.parse(json)))]),
    }),
    problems: ({ policy }) => [
      ...(policy.Statement.some(refusesPlain) ? [] : ["lets plain connections in"]),
      ...(policy.Statement.some(isOpen) ? ["lets everybody in"] : []),
    ],
  });
