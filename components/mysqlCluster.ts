import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../config/schema.ts";
import type { Parts } from "./cloud.ts";
import type { Guarded } from "./guarded.ts";
import type { Hop } from "./hops.ts";
import type { Member } from "./members.ts";
import type { Site } from "./site.ts";

/** What a database cluster is made of. */
export interface MysqlClusterArgs<P extends Parts> {
  readonly network: P["network"];
  readonly certificates: P["certificates"];
  /** The database tier: its own hosts (onebox), or the one managed member (AWS). */
  readonly nodes: readonly Guarded<P["firewall"], P["monitoringAgent"]>[];
  /** Everyone: the web servers among them are the ones who use it. */
  readonly members: readonly Member[];
  readonly database: Settings["database"];
  /** The site whose schema is applied. */
  readonly site: Site;
}

/** What the `database` output shows; no secret in it. */
export interface DatabaseSummary {
  /** Name of the site's database. */
  readonly name: string;
  /** `host:port` of the current writer, as the web servers reach it. */
  readonly writer: string;
  /** `host:port` of all nodes that may be read. */
  readonly reader: string;
  readonly nodes: readonly string[];
}

/** A MySQL cluster: one writer at a time, any node can become it, no acknowledged write is lost. */
export abstract class MysqlCluster extends pulumi.ComponentResource {
  abstract readonly summary: pulumi.Output<DatabaseSummary>;
  /** The hops it is an end of. */
  abstract readonly hops: readonly Hop[];
}
