import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../config/schema.ts";
import type { Parts } from "./cloud.ts";
import type { Guarded } from "./guarded.ts";
import type { Hop } from "./hops.ts";
import type { Member } from "./members.ts";

/** What the dashboards draw. */
export interface DashboardArgs<P extends Parts> {
  readonly network: P["network"];
  readonly certificates: P["certificates"];
  /** The monitor tier: its own host (onebox), or the one managed member (AWS). */
  readonly nodes: readonly Guarded<P["firewall"], P["monitoringAgent"]>[];
  readonly members: readonly Member[];
  readonly agents: readonly P["monitoringAgent"][];
  readonly servers: readonly P["server"][];
  readonly balancer: P["loadBalancer"];
  readonly database: P["mysqlCluster"];
  readonly domain: string;
  readonly tls: Settings["tls"];
  readonly monitoring: Settings["monitoring"];
}

/** Collects what the agents see and draws it: QPS, latency, errors, hosts, database. */
export abstract class Dashboard extends pulumi.ComponentResource {
  /** Name of each page → its URL. */
  abstract readonly urls: pulumi.Output<Readonly<Record<string, string>>>;
  /** The hops it is an end of. */
  abstract readonly hops: readonly Hop[];
}
