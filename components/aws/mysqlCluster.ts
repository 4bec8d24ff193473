import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { zones } from "../../config/schema.ts";
import { ports } from "../../hosts/ports.ts";
import type { Hop } from "../hops.ts";
import { type DatabaseSummary, MysqlCluster, type MysqlClusterArgs } from "../mysqlCluster.ts";
import type { AwsArtifacts } from "./artifacts.ts";
import { type Engine, makeEngine } from "./databaseEngine.ts";
import { makeProxy } from "./databaseProxy.ts";
import { exportedLogs, logGroupName, observerUser, siteUser } from "./databaseSettings.ts";
import { AwsDatabaseSetup, type SetupAccount } from "./databaseSetup.ts";
import type { AwsFoundation } from "./foundation.ts";
import { databaseCaPath } from "./hostLayout.ts";
import type { AwsParts } from "./parts.ts";
import { trustWithin } from "./policies.ts";
import { type StoredSecret, storeSecret } from "./secrets.ts";

type Args = MysqlClusterArgs<AwsParts>;

/** Letters and digits: 32 of 62 are 190 bits. */
const passwordLength = 32;

/** Bytes of the part of the final snapshot's name that tells one life of the database from the next. */
const snapshotBytes = 4;

const hops: readonly Hop[] = [
  {
    from: "web",
    to: "database",
    port: `tcp/${ports.mysql}`,
    encrypted: true,
    authenticated: true,
    caller: "password of a least-privilege account; the database takes no connection without TLS",
    note: "the certificate is checked against Amazon's authorities for the region and against the endpoint's name",
  },
  {
    from: "deployment",
    to: "database",
    port: `tcp/${ports.mysql}`,
    encrypted: true,
    authenticated: true,
    caller: "master password, which RDS keeps and changes",
    note: "only while `pulumi up` makes accounts and tables",
  },
  {
    from: "deployment",
    to: "services",
    port: `tcp/${ports.https}`,
    encrypted: true,
    authenticated: true,
    caller: "role of the function, signed requests",
    note: "the logins that it makes, from Secrets Manager",
  },
];

/** MySQL as a managed service: one writer, standbys in other zones, no acknowledged write lost. */
export class AwsMysqlCluster extends MysqlCluster {
  readonly summary: pulumi.Output<DatabaseSummary>;
  readonly hops = hops;
  /** Secret with what DATABASE_CONFIG holds. */
  readonly siteSecret: StoredSecret;
  /** Secret of the account that only looks; null where nobody does. */
  readonly observerSecret: StoredSecret | null;
  readonly engine: Engine;
  /** What servers wait for: accounts and tables. */
  readonly ready: pulumi.Resource;
  private readonly foundation: AwsFoundation;

  constructor(
    name: string,
    args: Args,
    foundation: AwsFoundation,
    artifacts: AwsArtifacts,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("foobar:aws:MysqlCluster", name, {}, opts);
    this.foundation = foundation;
    const { network, nodes, database, site } = args;
    const [node] = nodes;
    if (!node) throw new Error("the database tier has no member");
    this.engine = this.makeDatabase(name, network.groupOf(node.member), args);

    const password = this.password("database-site");
    const proxySecret = foundation.aws.database.proxy
      ? this.storeLogin("database-proxy", "Login of the database proxy", siteUser, password)
      : null;
    const proxied =
      proxySecret === null
        ? null
        : makeProxy({ foundation, network, engine: this.engine, secret: proxySecret }, this);
    const writer = proxied?.writer ?? this.engine.writer;
    const reader = proxied?.reader ?? this.engine.reader;
    this.siteSecret = storeSecret(
      "database-site",
      "How the application reaches the database",
      pulumi.jsonStringify({
        writer: { host: writer, port: ports.mysql },
        reader: { host: reader, port: ports.mysql },
        user: siteUser,
        // Secrets Manager's own name for the user: the set-up reads it.
        username: siteUser,
        password,
        database: database.name,
        ca: databaseCaPath,
      }),
      foundation,
      this,
    );
    this.observerSecret =
      foundation.settings.monitoring.sumoLogic === undefined
        ? null
        : this.storeLogin(
            "database-observer",
            "Login of the collector that watches the database",
            observerUser,
            this.password("database-observer"),
          );
    const setup = new AwsDatabaseSetup(
      "database-setup",
      {
        foundation,
        network,
        firewall: node.firewall,
        artifacts,
        engine: this.engine,
        database: database.name,
        accounts: this.accounts(database.name),
        schemaSql: site.schemaSql,
        schemaSeconds: database.schemaSeconds,
      },
      { parent: this },
    );
    this.ready = setup.done;
    this.summary = pulumi.all([writer, reader]).apply(([writerHost, readerHost]) => ({
      name: database.name,
      writer: `${writerHost}:${ports.mysql}`,
      reader: `${readerHost}:${ports.mysql}`,
      nodes: this.engine.nodes,
    }));
    this.registerOutputs({ summary: this.summary });
  }

  private accounts(database: string): readonly SetupAccount[] {
    const site = {
      secret: this.siteSecret,
      grants: [`SELECT, INSERT, UPDATE, DELETE ON \`${database}\`.*`],
    };
    if (this.observerSecret === null) return [site];
    const observer = {
      secret: this.observerSecret,
      grants: ["PROCESS, REPLICATION CLIENT ON *.*", "SELECT ON performance_schema.*"],
    };
    return [site, observer];
  }

  private makeDatabase(name: string, group: aws.ec2.SecurityGroup, { network, database }: Args): Engine {
    const { foundation } = this;
    const identifier = `${foundation.prefix}-${name}`;
    const subnetGroup = new aws.rds.SubnetGroup(
      name,
      {
        description: `Subnets of ${identifier}`,
        subnetIds: zones.map((zone) => network.databaseSubnets[zone].id),
      },
      { parent: this },
    );
    const role = new aws.iam.Role(
      "database-monitoring",
      {
        assumeRolePolicy: trustWithin("monitoring.rds.amazonaws.com", foundation.accountId),
        managedPolicyArns: [
          pulumi.interpolate`arn:${foundation.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole`,
        ],
      },
      { parent: this },
    );
    // A name of its own for each life of the database: a second deletion would else find the first one's snapshot.
    const life = new random.RandomId(
      "database-final-snapshot",
      {
        byteLength: snapshotBytes,
        // What replaces the database.
        keepers: {
          identifier,
          kind: foundation.aws.database.kind,
          name: database.name,
          subnets: subnetGroup.name,
          key: foundation.key.arn,
        },
      },
      { parent: this },
    );
    // RDS would make these groups itself, and keep them for ever.
    const logs = exportedLogs.map((log) =>
      foundation.logGroupAt(
        `database-${log}`,
        logGroupName(foundation.aws.database.kind, identifier, log),
        this,
      ),
    );
    const engine = makeEngine(
      {
        foundation,
        identifier,
        databaseName: database.name,
        subnetGroup,
        group,
        monitoringRole: role,
        finalSnapshot: pulumi.interpolate`${identifier}-final-${life.hex}`,
        backup: database.backup,
        port: ports.mysql,
      },
      { parent: this, dependsOn: logs },
    );
    new aws.secretsmanager.SecretRotation(
      "database-master",
      {
        secretId: engine.masterSecretArn,
        rotationRules: { automaticallyAfterDays: foundation.aws.database.rotateMasterDays },
        rotateImmediately: false,
      },
      // RDS owns the secret and its rotation, and takes both with the database.
      { parent: this, retainOnDelete: true },
    );
    return engine;
  }

  private password(name: string): pulumi.Output<string> {
    return new random.RandomPassword(name, { length: passwordLength, special: false }, { parent: this })
      .result;
  }

  private storeLogin(
    name: string,
    description: string,
    username: string,
    password: pulumi.Output<string>,
  ): StoredSecret {
    return storeSecret(
      name,
      description,
      pulumi.jsonStringify({ username, password }),
      this.foundation,
      this,
    );
  }
}
