import type { Parts } from "../cloud.ts";
import type { OneboxCertificates } from "./certificates.ts";
import type { OneboxDashboard } from "./dashboard.ts";
import type { OneboxFirewall } from "./firewall.ts";
import type { OneboxLoadBalancer } from "./loadBalancer.ts";
import type { OneboxMonitoringAgent } from "./monitoringAgent.ts";
import type { OneboxMysqlCluster } from "./mysqlCluster.ts";
import type { OneboxNetwork } from "./network.ts";
import type { OneboxServer } from "./server.ts";

/** The component classes of onebox. */
export interface OneboxParts extends Parts {
  readonly network: OneboxNetwork;
  readonly firewall: OneboxFirewall;
  readonly certificates: OneboxCertificates;
  readonly server: OneboxServer;
  readonly loadBalancer: OneboxLoadBalancer;
  readonly mysqlCluster: OneboxMysqlCluster;
  readonly monitoringAgent: OneboxMonitoringAgent;
  readonly dashboard: OneboxDashboard;
}
