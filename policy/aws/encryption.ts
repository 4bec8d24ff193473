/** Encryption at rest, buckets aside. */
import { z } from "zod";
import { flag, listOf, text } from "../properties.ts";
import { resourceRule } from "../rule.ts";

const disk = z.object({ encrypted: flag });

export const disksEncrypted = () =>
  resourceRule({
    name: "disks-encrypted",
    description: "Disks of servers are encrypted.",
    remedy: "Set encrypted: true on every disk, the root too",
    types: ["aws:ebs/volume:Volume", "aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/instance:Instance"],
    reads: z.object({
      size: z.number().nullish(),
      encrypted: flag,
      availabilityZone: text,
      blockDeviceMappings: listOf(z.object({ deviceName: text, ebs: disk.nullish() })).nullish(),
      rootBlockDevice: disk.nullish(),
    }),
    problems: (known, { type }) => {
      if (type === "aws:ebs/volume:Volume") return known.encrypted ? [] : ["is not encrypted"];
      if (type === "aws:ec2/instance:Instance") {
        return known.rootBlockDevice?.encrypted ? [] : ["has a root disk that is not encrypted"];
      }
      const disks = known.blockDeviceMappings ?? [];
      return disks.length === 0
        ? ["says nothing of its root disk, which would not be encrypted"]
        : disks
            .filter(({ ebs }) => ebs && !ebs.encrypted)
            .map(({ deviceName }) => `has the disk ${deviceName ?? "without a name"} that is not encrypted`);
    },
  });

export const databasesEncrypted = () =>
  resourceRule({
    name: "databases-encrypted",
    description: "Databases, their replicas and backups are encrypted with a key of the stack.",
    remedy: "Set storageEncrypted: true and kmsKeyId",
    types: ["aws:rds/cluster:Cluster", "aws:rds/instance:Instance"],
    reads: z.object({ storageEncrypted: flag }),
    problems: ({ storageEncrypted }) => (storageEncrypted ? [] : ["is not encrypted"]),
  });

/** What has a key of its own, and the property that names it. */
const keyed = {
  "aws:secretsmanager/secret:Secret": "kmsKeyId",
  "aws:cloudwatch/logGroup:LogGroup": "kmsKeyId",
  "aws:sns/topic:Topic": "kmsMasterKeyId",
} as const;

const keyRule = (name: string, what: string, type: keyof typeof keyed) =>
  resourceRule({
    name,
    description: `${what} are encrypted with a named key.`,
    remedy: `Set ${keyed[type]}`,
    types: [type],
    reads: z.object({ [keyed[type]]: text }),
    problems: (known) => (known[keyed[type]] ? [] : ["names no key that encrypts it"]),
  });

export const secretsEncrypted = () =>
  keyRule("secrets-encrypted", "Secrets", "aws:secretsmanager/secret:Secret");

export const logsEncrypted = () =>
  keyRule("logs-encrypted", "Log groups", "aws:cloudwatch/logGroup:LogGroup");

export const topicsEncrypted = () => keyRule("topics-encrypted", "Alarm topics", "aws:sns/topic:Topic");
