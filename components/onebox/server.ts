import * as pulumi from "@pulumi/pulumi";
import { databaseProxyService, renderDatabaseProxy } from "../../hosts/haproxy/databaseProxy.ts";
import { renderOneWriter } from "../../hosts/haproxy/oneWriter.ts";
import { type Files, ownLogs, plainFile, secretFile } from "../../hosts/layout.ts";
import { renderWebServer, webServerService } from "../../hosts/nginx/web.ts";
import { serviceSpec } from "../../hosts/service.ts";
import { siteCommand } from "../../hosts/siteService.ts";
import type { Service } from "../../provider/sdk/index.ts";
import type { KeyPair } from "../certificates.ts";
import { type Member, ofTier } from "../members.ts";
import { Server, type ServerArgs } from "../server.ts";
import { type DeployedSite, deploy, deploySite, layout, type Rollout } from "./deployment.ts";
import { drainProgram } from "./drain.ts";
import { bothFiles, material, withFiles } from "./material.ts";
import { connectionFile } from "./mysqlCluster.ts";
import type { OneboxParts } from "./parts.ts";

type Args = ServerArgs<OneboxParts>;

const applicationSocket = `${layout.run}/site/site.sock`;
const connectionPath = `${layout.etc}/site/database.json`;

/** One nginx worker a host: the topology shares the machine's cores. */
const workers = 1;

/** A web host: nginx, the application behind it, and the way to the database's writer. */
export class OneboxServer extends Server {
  readonly member: Member;
  readonly location: pulumi.Output<string>;
  readonly address: string;
  /** What runs on the host for the site. */
  readonly services: readonly Service[];

  constructor(name: string, args: Args, opts: pulumi.ComponentResourceOptions) {
    super("foobar:onebox:Server", name, {}, opts);
    this.member = args.member;
    this.address = args.network.addressOf(args.member);
    this.location = pulumi.output(this.address);
    const at = args.network.inside(this);
    const site = deploySite(args.network.host(args.member.name), args.member.name, args.site, at);
    this.services = [
      this.databaseProxy(args, at),
      this.application(args, site, at),
      this.webServer(args, site, at),
    ].flatMap(({ services }) => services);
    this.registerOutputs();
  }

  private databaseProxy(
    { member, members, network, certificates, database, firewall }: Args,
    at: pulumi.CustomResourceOptions,
  ) {
    const tls = material(certificates, certificates.of(member, "service"), "database-proxy", "haproxy");
    const peers = ofTier(members, "web").map((web) => ({ name: web.name, address: network.addressOf(web) }));
    const config = renderDatabaseProxy({
      layout,
      host: member.name,
      databases: database.members,
      peers,
      tls: tls.paths,
    });
    const [oneWriterPath, oneWriter] = renderOneWriter(layout);
    return deploy(
      {
        host: network.host(member.name),
        hostName: member.name,
        name: "database-proxy",
        files: withFiles(tls.files, {
          [`${layout.etc}/database-proxy/haproxy.cfg`]: plainFile(config),
          [oneWriterPath]: plainFile(oneWriter),
        }),
        folders: { [`${layout.run}/database-proxy`]: "haproxy" },
        services: [databaseProxyService(layout)],
        after: [firewall.ruleSet],
      },
      at,
    );
  }

  private application(
    { member, members, network, certificates, database, site, domain, firewall }: Args,
    { directory, copy }: DeployedSite,
    at: pulumi.CustomResourceOptions,
  ) {
    const host = network.host(member.name);
    const ca = `${layout.etc}/site/ca.pem`;
    const files = pulumi.all([database.summary, database.password, certificates.caCertificate]).apply(
      ([summary, password, authority]): Files => ({
        [connectionPath]: secretFile(connectionFile(summary, password, ca), "site"),
        [ca]: plainFile(authority),
      }),
    );
    return deploy(
      {
        host,
        hostName: member.name,
        name: "site",
        files,
        folders: { [`${layout.run}/site`]: "site" },
        services: [
          serviceSpec({
            name: "site",
            command: siteCommand(layout, site.main),
            user: "site",
            environment: {
              LISTEN_SOCKET: applicationSocket,
              SERVER_NAME: member.name,
              SERVER_ZONE: member.zone,
              SITE_DOMAIN: domain,
              DATABASE_CONFIG: site.schemaSql === null ? "" : connectionPath,
              NODE_ENV: "production",
            },
            stopTimeout: 15_000,
            ready: {
              command: [
                ...["curl", "--silent", "--fail", "--max-time", "5", "--output", "/dev/null"],
                ...["--unix-socket", applicationSocket, "http://localhost/health/live"],
              ],
            },
          }),
        ],
        directory,
        rollout: rolloutOf(member, members, network),
        after: [firewall.ruleSet, copy],
      },
      at,
    );
  }

  private webServer(
    { member, members, network, certificates, domain, tls, limits, firewall }: Args,
    { directory, copy }: DeployedSite,
    at: pulumi.CustomResourceOptions,
  ) {
    const service = material(certificates, certificates.of(member, "service"), "web", "nginx");
    const visitorPair: KeyPair =
      tls.mode === "passthrough" ? certificates.visitor : certificates.of(member, "service");
    const visitor = material(certificates, visitorPair, "visitor", "nginx");
    const config = renderWebServer({
      layout,
      domain,
      tlsMode: tls.mode,
      minimumTlsVersion: tls.minimumVersion,
      serviceTls: service.paths,
      visitorTls: visitor.paths,
      balancers: ofTier(members, "balancer").map(({ name }) => ({
        name,
        address: network.addressOf({ name }),
      })),
      balancerRanges: [],
      publicDirectory: `${directory}/public`,
      applicationSocket,
      limits,
      workers,
    });
    return deploy(
      {
        host: network.host(member.name),
        hostName: member.name,
        name: "web",
        files: withFiles(
          tls.mode === "passthrough" ? bothFiles(service.files, visitor.files) : service.files,
          {
            [`${layout.etc}/web/nginx.conf`]: plainFile(config),
          },
        ),
        folders: { [`${layout.run}/web`]: "nginx", [ownLogs(layout, "web")]: "nginx" },
        services: [webServerService(layout)],
        groups: ["site"],
        after: [firewall.ruleSet, copy],
      },
      at,
    );
  }
}

/** Every balancer takes the server out before its application restarts and puts it back after; a lone server stays in. */
function rolloutOf(member: Member, members: readonly Member[], network: Args["network"]): Rollout {
  const balancers = ofTier(members, "web").length > 1 ? ofTier(members, "balancer") : [];
  const commands = (state: string) =>
    pulumi
      .all(balancers.map(({ name }) => network.host(name)))
      .apply((hosts) => hosts.map((host) => ({ host, command: [drainProgram, member.name, state] })));
  return { group: "web", drain: commands("drain"), resume: commands("ready") };
}
