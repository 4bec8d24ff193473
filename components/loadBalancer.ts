import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../config/schema.ts";
import type { Parts } from "./cloud.ts";
import type { Guarded } from "./guarded.ts";
import type { Hop } from "./hops.ts";

/** What a load balancer stands on and before. */
export interface LoadBalancerArgs<P extends Parts> {
  readonly network: P["network"];
  readonly certificates: P["certificates"];
  /** The balancer tier: its own hosts (onebox), or the one managed member (AWS). */
  readonly nodes: readonly Guarded<P["firewall"], P["monitoringAgent"]>[];
  readonly targets: readonly P["server"][];
  readonly domain: string;
  readonly tls: Settings["tls"];
  readonly limits: Settings["limits"];
  readonly monitoring: Settings["monitoring"];
}

/** The site's entrance: HTTPS, redirect from HTTP, health checks, limits; stands on more than one host or zone. */
export abstract class LoadBalancer extends pulumi.ComponentResource {
  /** The site's URL, `https://...`. */
  abstract readonly endpoint: pulumi.Output<string>;
  /** The hops it is an end of. */
  abstract readonly hops: readonly Hop[];
}
