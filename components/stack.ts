import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../config/schema.ts";
import type { Cloud, Parts } from "./cloud.ts";
import { FlowGraph, type MatrixRow, matrixOf, tcp } from "./flows.ts";
import type { Guarded } from "./guarded.ts";
import type { Hop } from "./hops.ts";
import { type Member, membersOf, type Tier } from "./members.ts";
import type { DatabaseSummary } from "./mysqlCluster.ts";
import { readSite } from "./site.ts";

/** What the site needs on every cloud; a cloud adds what its own way of running the tiers needs. */
const siteFlows = new FlowGraph()
  .allow("visitor", "balancer", tcp(443), "visitors use the site")
  .allow("visitor", "balancer", tcp(80), "visitors are redirected to HTTPS")
  .allow("balancer", "web", tcp(443), "the balancer forwards requests")
  .allow("web", "database", tcp(3306), "the application reads and writes");

/** What a stack is made of. */
export interface WebStackArgs<P extends Parts> {
  readonly settings: Settings;
  readonly cloud: Cloud<P>;
}

/** What a stack tells: its Pulumi outputs. */
export interface StackOutputs {
  /** The site's URL. */
  readonly endpoint: pulumi.Output<string>;
  /** Name of each dashboard → its URL. */
  readonly dashboards: pulumi.Output<Readonly<Record<string, string>>>;
  /** Name of each web server → where it stands. */
  readonly servers: pulumi.Output<Readonly<Record<string, string>>>;
  readonly database: pulumi.Output<DatabaseSummary>;
  /** Every permitted flow; anything else is refused. */
  readonly firewallMatrix: readonly MatrixRow[];
  /** Per hop: encrypted, authenticated. */
  readonly tlsHops: readonly Hop[];
  /** The stack's own certificate authority, PEM. */
  readonly caCertificate: pulumi.Output<string>;
}

/** The whole web infrastructure, on whichever cloud it is given. */
export class WebStack<P extends Parts> extends pulumi.ComponentResource {
  readonly outputs: StackOutputs;

  constructor(name: string, { settings, cloud }: WebStackArgs<P>, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:WebStack", name, {}, opts);
    const at = { parent: this };
    const { domain, tls, limits, monitoring } = settings;
    const site = readSite(settings.site.directory);
    const members = membersOf(settings, cloud.managedTiers);
    const flows = siteFlows.and(cloud.flows);

    const network = cloud.network("network", { range: settings.network.range, members }, at);
    const certificates = cloud.certificates(
      "certificates",
      { network, domain, members, validDays: tls.validDays, renewBeforeDays: tls.renewBeforeDays },
      at,
    );
    const guard = (member: Member): Guarded<P["firewall"], P["monitoringAgent"]> => {
      const { publicRanges } = settings.firewall;
      const firewall = cloud.firewall(member.name, { network, member, members, flows, publicRanges }, at);
      const agent = cloud.monitoringAgent(
        member.name,
        { network, certificates, firewall, member, members, monitoring },
        at,
      );
      return { member, firewall, agent };
    };
    const guards = members.map(guard);
    const nodes = (tier: Tier) => guards.filter(({ member }) => member.tier === tier);

    const database = cloud.mysqlCluster(
      "database",
      { network, certificates, nodes: nodes("database"), members, database: settings.database, site },
      at,
    );
    const servers = nodes("web").map((node) =>
      cloud.server(
        node.member.name,
        { ...node, network, certificates, database, site, domain, tls, limits, members },
        at,
      ),
    );
    const balancer = cloud.loadBalancer(
      "balancer",
      { network, certificates, nodes: nodes("balancer"), targets: servers, domain, tls, limits, monitoring },
      at,
    );
    const agents = guards.map(({ agent }) => agent);
    const dashboard = cloud.dashboard(
      "dashboard",
      {
        network,
        certificates,
        nodes: nodes("monitor"),
        members,
        agents,
        servers,
        balancer,
        database,
        domain,
        tls,
        monitoring,
      },
      at,
    );

    this.outputs = {
      endpoint: balancer.endpoint,
      dashboards: dashboard.urls,
      servers: pulumi.output(
        Object.fromEntries(servers.map((server) => [server.member.name, server.location])),
      ),
      database: database.summary,
      firewallMatrix: matrixOf(flows, members),
      tlsHops: [...balancer.hops, ...database.hops, ...dashboard.hops],
      caCertificate: certificates.caCertificate,
    };
    this.registerOutputs({ endpoint: this.outputs.endpoint });
  }
}
