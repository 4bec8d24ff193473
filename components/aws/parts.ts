import type { Parts } from "../cloud.ts";
import type { AwsCertificates } from "./certificates.ts";
import type { AwsDashboard } from "./dashboard.ts";
import type { AwsFirewall } from "./firewall.ts";
import type { AwsLoadBalancer } from "./loadBalancer.ts";
import type { AwsMonitoringAgent } from "./monitoringAgent.ts";
import type { AwsMysqlCluster } from "./mysqlCluster.ts";
import type { AwsNetwork } from "./network.ts";
import type { AwsServer } from "./server.ts";

/** The component classes of aws. */
export interface AwsParts extends Parts {
  readonly network: AwsNetwork;
  readonly firewall: AwsFirewall;
  readonly certificates: AwsCertificates;
  readonly server: AwsServer;
  readonly loadBalancer: AwsLoadBalancer;
  readonly mysqlCluster: AwsMysqlCluster;
  readonly monitoringAgent: AwsMonitoringAgent;
  readonly dashboard: AwsDashboard;
}
