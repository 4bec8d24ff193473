/** What a cloud must offer: one method a component. A new cloud implements this, and the compiler lists the gaps. */
import type * as pulumi from "@pulumi/pulumi";
import type { Certificates, CertificatesArgs } from "./certificates.ts";
import type { Dashboard, DashboardArgs } from "./dashboard.ts";
import type { Firewall, FirewallArgs } from "./firewall.ts";
import type { FlowGraph } from "./flows.ts";
import type { LoadBalancer, LoadBalancerArgs } from "./loadBalancer.ts";
import type { Tier } from "./members.ts";
import type { MonitoringAgent, MonitoringAgentArgs } from "./monitoringAgent.ts";
import type { MysqlCluster, MysqlClusterArgs } from "./mysqlCluster.ts";
import type { Network, NetworkArgs } from "./network.ts";
import type { Server, ServerArgs } from "./server.ts";

/** The component classes of one cloud: what one returns is what the others take. */
export interface Parts {
  readonly network: Network;
  readonly firewall: Firewall;
  readonly certificates: Certificates;
  readonly server: Server;
  readonly loadBalancer: LoadBalancer;
  readonly mysqlCluster: MysqlCluster;
  readonly monitoringAgent: MonitoringAgent;
  readonly dashboard: Dashboard;
}

type Options = pulumi.ComponentResourceOptions;

/** A cloud, by the components it makes. */
export interface Cloud<P extends Parts> {
  /** Tiers that the cloud runs as a managed service: each becomes one managed member. */
  readonly managedTiers: readonly Tier[];
  /** Flows that this cloud's way of running the tiers needs beyond the site's own. */
  readonly flows: FlowGraph;
  network(name: string, args: NetworkArgs, opts: Options): P["network"];
  firewall(name: string, args: FirewallArgs<P["network"]>, opts: Options): P["firewall"];
  certificates(name: string, args: CertificatesArgs<P["network"]>, opts: Options): P["certificates"];
  monitoringAgent(
    name: string,
    args: MonitoringAgentArgs<P["network"], P["certificates"], P["firewall"]>,
    opts: Options,
  ): P["monitoringAgent"];
  mysqlCluster(name: string, args: MysqlClusterArgs<P>, opts: Options): P["mysqlCluster"];
  server(name: string, args: ServerArgs<P>, opts: Options): P["server"];
  loadBalancer(name: string, args: LoadBalancerArgs<P>, opts: Options): P["loadBalancer"];
  dashboard(name: string, args: DashboardArgs<P>, opts: Options): P["dashboard"];
}
