/** The managed database itself, in one of its kinds. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type Zone, zones } from "../../config/schema.ts";
import {
  backupWindow,
  exportedLogs,
  masterUser,
  parameterFamily,
  parameters,
  storageOf,
} from "./databaseSettings.ts";
import type { AwsFoundation } from "./foundation.ts";

/** What every kind is made with. */
export interface EngineArgs {
  readonly foundation: AwsFoundation;
  readonly identifier: string;
  readonly databaseName: string;
  readonly subnetGroup: aws.rds.SubnetGroup;
  readonly group: aws.ec2.SecurityGroup;
  readonly monitoringRole: aws.iam.Role;
  /** Name of the snapshot that a deletion leaves behind. */
  readonly finalSnapshot: pulumi.Input<string>;
  readonly backup: { readonly hourUtc: number; readonly keep: number };
  readonly port: number;
}

/** A database as the rest of the stack sees it. */
export interface Engine {
  readonly writer: pulumi.Output<string>;
  readonly reader: pulumi.Output<string>;
  /** Secret that RDS keeps the master password in, and changes. */
  readonly masterSecretArn: pulumi.Output<string>;
  readonly identifier: pulumi.Output<string>;
  /** Names of the nodes, by which metrics are told. */
  readonly nodes: readonly string[];
  /** Whether it is a cluster (else a single instance with a standby). */
  readonly clustered: boolean;
}

/** The authority that signs the nodes' certificates: RSA 2048, valid into 2061. */
const authority = "rds-ca-rsa2048-g1";

/** RDS numbers the nodes of a Multi-AZ DB cluster itself. */
const standbyNumbers = [1, 2, 3];

type Options = { readonly parent: pulumi.Resource; readonly dependsOn: pulumi.Resource[] };

/** Settings that clusters and instances share. */
function common({ foundation, databaseName, subnetGroup, group, finalSnapshot, backup, port }: EngineArgs) {
  const { database, deletionProtection } = foundation.aws;
  return {
    engineVersion: database.engineVersion,
    // Only the configuration asks for another major version; RDS wants to be told that it is meant.
    allowMajorVersionUpgrade: true,
    port,
    dbSubnetGroupName: subnetGroup.name,
    vpcSecurityGroupIds: [group.id],
    manageMasterUserPassword: true,
    masterUserSecretKmsKeyId: foundation.key.arn,
    storageEncrypted: true,
    kmsKeyId: foundation.key.arn,
    backupRetentionPeriod: backup.keep,
    skipFinalSnapshot: false,
    finalSnapshotIdentifier: finalSnapshot,
    deletionProtection,
    applyImmediately: database.applyImmediately,
    enabledCloudwatchLogsExports: [...exportedLogs],
    databaseName,
  };
}

const insights = ({ foundation, monitoringRole }: EngineArgs) => ({
  performanceInsightsEnabled: true,
  performanceInsightsKmsKeyId: foundation.key.arn,
  performanceInsightsRetentionPeriod: foundation.aws.database.insightsDays,
  monitoringInterval: foundation.aws.database.monitoringSeconds,
  monitoringRoleArn: monitoringRole.arn,
});

/** The database and its key may be replaced by nothing but a decision: fixed names, and protection from deletion. */
const guarded = (args: EngineArgs, { parent, dependsOn }: Options): pulumi.CustomResourceOptions => ({
  ...args.foundation.guarded(parent),
  dependsOn,
  deleteBeforeReplace: true,
});

const masterSecret = (secrets: pulumi.Output<{ readonly secretArn: string }[]>): pulumi.Output<string> =>
  secrets.apply(([first]) => {
    if (!first) throw new Error("RDS keeps no master password, though it was asked to");
    return first.secretArn;
  });

function clusterParameters(args: EngineArgs, at: Options): aws.rds.ClusterParameterGroup {
  return new aws.rds.ClusterParameterGroup(
    "database",
    {
      namePrefix: `${args.identifier}-`,
      family: parameterFamily(args.foundation.aws.database),
      description: `Parameters of ${args.identifier}`,
      parameters: parameters.map((parameter) => ({ ...parameter })),
    },
    { parent: at.parent },
  );
}

function cluster(
  args: EngineArgs,
  at: Options,
  own: Partial<aws.rds.ClusterArgs>,
  options: pulumi.CustomResourceOptions = {},
): aws.rds.Cluster {
  const { foundation, backup } = args;
  return new aws.rds.Cluster(
    "database",
    {
      ...common(args),
      clusterIdentifier: args.identifier,
      masterUsername: masterUser,
      dbClusterParameterGroupName: clusterParameters(args, at).name,
      preferredBackupWindow: backupWindow(backup.hourUtc),
      preferredMaintenanceWindow: foundation.aws.database.maintenanceWindow,
      copyTagsToSnapshot: true,
      engine: "mysql",
      ...own,
    },
    { ...guarded(args, at), ...options },
  );
}

const clusterEngine = (made: aws.rds.Cluster): Omit<Engine, "nodes"> => ({
  writer: made.endpoint,
  reader: made.readerEndpoint,
  masterSecretArn: masterSecret(made.masterUserSecrets),
  identifier: made.clusterIdentifier,
  clustered: true,
});

/** One writer and two readable standbys in three zones; a commit waits for one standby. No instances of its own. */
function multiAzCluster(args: EngineArgs, at: Options): Engine {
  const { database } = args.foundation.aws;
  const made = cluster(
    args,
    at,
    {
      ...insights(args),
      ...storageOf(database),
      dbClusterInstanceClass: database.instanceClass,
      allocatedStorage: database.storageGiB,
      autoMinorVersionUpgrade: true,
      caCertificateIdentifier: authority,
    },
    // RDS tells what gp3 includes as if it had been asked for; each plan would want to take it back.
    database.iops === undefined ? { ignoreChanges: ["iops"] } : {},
  );
  return {
    ...clusterEngine(made),
    nodes: standbyNumbers.map((number) => `${args.identifier}-instance-${number}`),
  };
}

/** One writer and two readers over storage that is shared by three zones. */
function aurora(args: EngineArgs, at: Options): Engine {
  const { foundation } = args;
  const made = cluster(args, at, { engine: "aurora-mysql" });
  const nodeName = (zone: Zone) => `${args.identifier}-${zone}`;
  const node = (zone: Zone) =>
    new aws.rds.ClusterInstance(
      `database-${zone}`,
      {
        ...insights(args),
        clusterIdentifier: made.id,
        identifier: nodeName(zone),
        engine: "aurora-mysql",
        engineVersion: made.engineVersion,
        instanceClass: foundation.aws.database.instanceClass,
        availabilityZone: foundation.aws.zones[zone],
        promotionTier: zones.indexOf(zone),
        caCertIdentifier: authority,
        autoMinorVersionUpgrade: true,
        publiclyAccessible: false,
      },
      { parent: at.parent },
    );
  zones.forEach(node);
  return {
    ...clusterEngine(made),
    nodes: zones.map(nodeName),
  };
}

/** One writer and a standby in another zone that takes over but cannot be read. */
function instance(args: EngineArgs, at: Options): Engine {
  const { foundation, backup } = args;
  const { database } = foundation.aws;
  const group = new aws.rds.ParameterGroup(
    "database",
    {
      namePrefix: `${args.identifier}-`,
      family: parameterFamily(database),
      description: `Parameters of ${args.identifier}`,
      parameters: parameters.map((parameter) => ({ ...parameter })),
    },
    { parent: at.parent },
  );
  const { databaseName, ...shared } = common(args);
  const made = new aws.rds.Instance(
    "database",
    {
      ...shared,
      ...insights(args),
      ...storageOf(database),
      dbName: databaseName,
      identifier: args.identifier,
      engine: "mysql",
      username: masterUser,
      instanceClass: database.instanceClass,
      allocatedStorage: database.storageGiB,
      multiAz: true,
      parameterGroupName: group.name,
      backupWindow: backupWindow(backup.hourUtc),
      maintenanceWindow: database.maintenanceWindow,
      copyTagsToSnapshot: true,
      autoMinorVersionUpgrade: true,
      publiclyAccessible: false,
      caCertIdentifier: authority,
    },
    guarded(args, at),
  );
  return {
    writer: made.address,
    reader: made.address,
    masterSecretArn: masterSecret(made.masterUserSecrets),
    identifier: made.identifier,
    nodes: [args.identifier],
    clustered: false,
  };
}

const kinds = { cluster: multiAzCluster, aurora, instance } as const;

/** Makes the database of the configured kind. */
export function makeEngine(args: EngineArgs, options: Options): Engine {
  return kinds[args.foundation.aws.database.kind](args, options);
}
