/** Databases: kept, backed up, reached over TLS and from inside only. */
import { z } from "zod";
import { flag, isProduction, listOf, number, text } from "../properties.ts";
import { resourceRule } from "../rule.ts";

const databases = ["aws:rds/cluster:Cluster", "aws:rds/instance:Instance"];

/**
 * What holds data or is the way to it, and AWS's own lock on it; null where AWS has none. Without its key encrypted data
 * is gone, though AWS waits for days before it deletes one.
 */
const kept: Readonly<Record<string, "deletionProtection" | "enableDeletionProtection" | null>> = {
  "aws:rds/cluster:Cluster": "deletionProtection",
  "aws:rds/instance:Instance": "deletionProtection",
  "aws:lb/loadBalancer:LoadBalancer": "enableDeletionProtection",
  "aws:s3/bucket:Bucket": null,
  "aws:kms/key:Key": null,
};

export const deletionProtected = () =>
  resourceRule({
    name: "deletion-protected",
    description: "In production, AWS and Pulumi both refuse to delete what holds data or leads to it.",
    remedy: "Set deletion protection, and `protect` among the resource's options",
    types: Object.keys(kept),
    reads: z.object({ deletionProtection: flag, enableDeletionProtection: flag }),
    problems: (known, { type, protected: isProtected, providerTags }) => {
      if (!isProduction(providerTags)) return [];
      const lock = kept[type] ?? null;
      return [
        ...(lock === null || known[lock] ? [] : ["may be deleted at AWS"]),
        ...(isProtected ? [] : ["may be deleted by Pulumi"]),
      ];
    },
  });

/** @param days how long production's backups are kept at least */
export const databasesBackedUp = (days: number) =>
  resourceRule({
    name: "databases-backed-up",
    description: `Databases are backed up, in production for ${days} days or more, and leave a snapshot behind.`,
    remedy: "Set backupRetentionPeriod, skipFinalSnapshot: false and finalSnapshotIdentifier",
    types: databases,
    reads: z.object({ backupRetentionPeriod: number, skipFinalSnapshot: flag }),
    problems: ({ backupRetentionPeriod, skipFinalSnapshot }, { providerTags }) => {
      const least = isProduction(providerTags) ? days : 1;
      const kept = backupRetentionPeriod ?? 0;
      return [
        ...(kept < least ? [`keeps its backups for ${kept} days, not ${least}`] : []),
        ...(skipFinalSnapshot ? ["leaves no snapshot when it is deleted"] : []),
      ];
    },
  });

export const databasesPrivate = () =>
  resourceRule({
    name: "databases-private",
    description: "Databases have no public address.",
    remedy: "Set publiclyAccessible: false",
    types: ["aws:rds/instance:Instance", "aws:rds/clusterInstance:ClusterInstance"],
    reads: z.object({ publiclyAccessible: flag }),
    problems: ({ publiclyAccessible }) => (publiclyAccessible ? ["has a public address"] : []),
  });

export const databasesTlsOnly = () =>
  resourceRule({
    name: "databases-tls-only",
    description: "Databases refuse plain connections, and TLS older than 1.2.",
    remedy: "Set the parameters require_secure_transport=1 and tls_version=TLSv1.2,TLSv1.3",
    types: ["aws:rds/clusterParameterGroup:ClusterParameterGroup", "aws:rds/parameterGroup:ParameterGroup"],
    reads: z.object({ parameters: listOf(z.object({ name: z.string(), value: z.string() })) }),
    problems: ({ parameters }) => {
      const value = (name: string) => parameters.find((each) => each.name === name)?.value ?? "";
      const versions = value("tls_version").split(",");
      return [
        ...(["1", "ON"].includes(value("require_secure_transport")) ? [] : ["takes plain connections"]),
        ...(versions.every((version) => ["TLSv1.2", "TLSv1.3"].includes(version)) ? [] : ["takes old TLS"]),
      ];
    },
  });

export const masterPasswordManaged = () =>
  resourceRule({
    name: "master-password-managed",
    description: "RDS keeps and changes the master password; nobody has typed it.",
    remedy: "Set manageMasterUserPassword: true and leave masterPassword out",
    types: databases,
    reads: z.object({ manageMasterUserPassword: flag, masterPassword: text, password: text }),
    problems: ({ manageMasterUserPassword, masterPassword, password }) =>
      manageMasterUserPassword && masterPassword === null && password === null
        ? []
        : ["has a master password that somebody chose"],
  });
