import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { databaseHealthService, renderDatabaseHealth } from "../../hosts/haproxy/databaseHealth.ts";
import { type Files, ownLogs, plainFile, programFile } from "../../hosts/layout.ts";
import { renderAccounts } from "../../hosts/mariadb/accounts.ts";
import { nightlyBackupService, renderBackup, renderNightlyBackup } from "../../hosts/mariadb/backup.ts";
import {
  databasePaths,
  databaseService,
  renderDatabaseConfig,
  renderDatabaseMembers,
  renderDatabaseStart,
  requireOthers,
} from "../../hosts/mariadb/config.ts";
import { databaseGuardService, renderDatabaseGuard } from "../../hosts/mariadb/guard.ts";
import { ports } from "../../hosts/ports.ts";
import { GaleraCluster } from "../../provider/sdk/index.ts";
import type { Hop } from "../hops.ts";
import { ofTier } from "../members.ts";
import { type DatabaseSummary, MysqlCluster, type MysqlClusterArgs } from "../mysqlCluster.ts";
import { deploy, layout, scanDirectory, within } from "./deployment.ts";
import { material, withFiles } from "./material.ts";
import type { OneboxParts } from "./parts.ts";

type Args = MysqlClusterArgs<OneboxParts>;
type Node = Args["nodes"][number];

const user = "site";

/** Letters and digits: 24 of 62 are 142 bits. */
const passwordLength = 24;

/** How the application on a web host reaches the database; the content of the file that DATABASE_CONFIG names. */
export function connectionFile(summary: DatabaseSummary, password: string, ca: string): string {
  const end = (port: number) => ({ host: "database", port });
  return JSON.stringify(
    { writer: end(ports.mysql), reader: end(ports.mysqlReaders), user, password, database: summary.name, ca },
    null,
    2,
  );
}

/** Three MariaDB nodes under Galera: one writer at a time by the web hosts' proxies, any node can become it. */
export class OneboxMysqlCluster extends MysqlCluster {
  readonly summary: pulumi.Output<DatabaseSummary>;
  readonly hops: readonly Hop[];
  /** Names and addresses of the nodes, in the order in which they become the writer. */
  readonly members: readonly { readonly name: string; readonly address: string }[];
  /** The application's password. Secret. */
  readonly password: pulumi.Output<string>;
  /** The site's own tables and accounts; web servers do not wait for it. */
  readonly cluster: GaleraCluster;

  constructor(name: string, args: Args, opts: pulumi.ComponentResourceOptions) {
    super("foobar:onebox:MysqlCluster", name, {}, opts);
    const { network, nodes, database, site } = args;
    this.members = nodes.map(({ member }) => ({ name: member.name, address: network.addressOf(member) }));
    const password = new random.RandomPassword(
      `${name}-site`,
      { length: passwordLength, special: false },
      { parent: this },
    );
    this.password = password.result;
    const deployed = nodes.map((node) => this.node(args, node));

    const paths = databasePaths(layout);
    this.cluster = new GaleraCluster(
      name,
      {
        nodes: pulumi.all(nodes.map(({ member }) => network.host(member.name))),
        service: databaseService(layout).name,
        dataDirectory: within(paths.dataDirectory),
        bootstrapMarker: within(paths.bootstrapMarker),
        socket: paths.socket,
        defaultsFile: paths.defaultsFile,
        accounts: pulumi.secret(
          password.result.apply((secret) =>
            renderAccounts({
              database: database.name,
              user,
              password: secret,
              hosts: ["%"],
            }),
          ),
        ),
        schema:
          site.schemaSql === null
            ? null
            : { database: database.name, sql: site.schemaSql, seconds: database.schemaSeconds },
      },
      { ...network.inside(this), dependsOn: deployed.flat() },
    );
    this.summary = pulumi.output({
      name: database.name,
      writer: `database:${ports.mysql}`,
      reader: `database:${ports.mysqlReaders}`,
      nodes: this.members.map((member) => member.name),
    });
    this.hops = hops;
    this.registerOutputs();
  }

  /** @returns what must stand before the cluster starts */
  private node(args: Args, { member, firewall }: Node): readonly pulumi.Resource[] {
    const { network, certificates, database, members } = args;
    const paths = databasePaths(layout);
    const host = network.host(member.name);
    const tls = material(certificates, certificates.of(member, "service"), "mariadb", "mysql");
    const healthTls = material(
      certificates,
      certificates.of(member, "service"),
      "database-health",
      "haproxy",
    );
    const [guardPath, guardText] = renderDatabaseGuard({ layout, scanDirectory });
    const { hourUtc, keep } = database.backup;
    const place = this.members.findIndex(({ name }) => name === member.name);
    const backup = { layout, hourUtc, keep, place, servers: this.members.length };
    const config: Files = {
      [paths.defaultsFile]: plainFile(
        renderDatabaseConfig({
          layout,
          host: member.name,
          user: network.rootless ? "root" : "mysql",
          members: this.members,
          cluster: database.name,
          memoryMiB: database.memoryMiB,
          tls: tls.paths,
          galeraLibrary: "/usr/lib/galera/libgalera_smm.so",
        }),
      ),
      [`${layout.etc}/mariadb/start`]: programFile(renderDatabaseStart(layout)),
    };
    const at = network.inside(this);
    const others = deploy(
      {
        host,
        hostName: member.name,
        name: "mariadb-members",
        files: { [paths.members]: plainFile(renderDatabaseMembers(this.members)) },
        services: [],
        after: [firewall.ruleSet],
      },
      at,
    );
    const server = deploy(
      {
        host,
        hostName: member.name,
        name: "mariadb",
        files: withFiles(tls.files, config),
        folders: {
          [`${layout.run}/mariadb`]: "mysql",
          [ownLogs(layout, "mariadb")]: "mysql",
          [`${layout.data}/mariadb`]: "mysql",
          [paths.dataDirectory]: { user: "mysql", mode: "0700" },
        },
        services: [{ ...databaseService(layout), ready: { command: synced } }],
        manual: true,
        rollout: {
          group: "database",
          drain: pulumi
            .output(host)
            .apply((own) =>
              ofTier(args.members, "database").length > 1
                ? [{ host: own, command: ["sh", "-c", requireOthers(layout)] }]
                : [],
            ),
          resume: pulumi.output([]),
        },
        after: [firewall.ruleSet],
      },
      at,
    );
    deploy(
      {
        host,
        hostName: member.name,
        name: "database-health",
        files: withFiles(healthTls.files, {
          [`${layout.etc}/database-health/haproxy.cfg`]: plainFile(
            renderDatabaseHealth({
              layout,
              mysqlSocket: paths.socket,
              callers: ofTier(members, "web").map((web) => web.name),
              tls: healthTls.paths,
            }),
          ),
        }),
        folders: { [`${layout.run}/database-health`]: "haproxy" },
        services: [databaseHealthService(layout)],
        after: [firewall.ruleSet],
      },
      at,
    );
    deploy(
      {
        host,
        hostName: member.name,
        name: "database-guard",
        files: { [guardPath]: programFile(guardText) },
        services: [databaseGuardService(layout)],
        after: server.services,
      },
      at,
    );
    deploy(
      {
        host,
        hostName: member.name,
        name: "backup",
        files: {
          [`${layout.etc}/mariadb/backup`]: programFile(renderBackup(backup)),
          [`${layout.etc}/mariadb/nightly-backup`]: programFile(renderNightlyBackup(backup)),
        },
        folders: { [`${layout.data}/backups`]: "mysql" },
        services: [nightlyBackupService(layout)],
        after: server.services,
      },
      at,
    );
    return [others.files, ...server.services];
  }
}

/** Succeeds on a node that has everything: the next one may only be changed then. */
const synced = [
  "sh",
  "-c",
  `mariadb --no-defaults --socket=${databasePaths(layout).socket} --user=root -BNe "SHOW STATUS LIKE 'wsrep_local_state_comment'" | grep -q Synced`,
];

const hops: readonly Hop[] = [
  {
    from: "web",
    to: "database",
    port: `tcp/${ports.mysql}`,
    encrypted: true,
    authenticated: true,
    caller: "by user and password, TLS required",
    note: "MySQL's own TLS from the application to the node, its name and authority verified; the proxies in between pass it through",
  },
  {
    from: "web",
    to: "database",
    port: `tcp/${ports.databaseHealth}`,
    encrypted: true,
    authenticated: true,
    caller: "by client certificate",
    note: "health checks",
  },
  {
    from: "database",
    to: "database",
    port: `tcp/${ports.galera}, tcp/${ports.galeraIst}, tcp/${ports.galeraSst}`,
    encrypted: true,
    authenticated: true,
    caller: "by client certificate",
    note: "replication and state transfer, both ends verified against the stack's authority",
  },
  {
    from: "web",
    to: "web",
    port: `tcp/${ports.stickPeers}`,
    encrypted: true,
    authenticated: true,
    caller: "by client certificate",
    note: "which database node is the writer",
  },
];
