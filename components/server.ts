import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../config/schema.ts";
import type { Parts } from "./cloud.ts";
import type { Guarded } from "./guarded.ts";
import type { Member } from "./members.ts";
import type { Site } from "./site.ts";

/** What a web server is made of. It cannot be made without its firewall and its monitoring agent. */
export interface ServerArgs<P extends Parts> extends Guarded<P["firewall"], P["monitoringAgent"]> {
  readonly network: P["network"];
  readonly certificates: P["certificates"];
  /** The database that the site reads and writes. */
  readonly database: P["mysqlCluster"];
  readonly site: Site;
  readonly domain: string;
  readonly tls: Settings["tls"];
  readonly limits: Settings["limits"];
  /** Every member of the stack: whom to take connections from and whose word about addresses to believe. */
  readonly members: readonly Member[];
}

/** A web server: TLS, static files and the site's application, in one zone. Changed one at a time, drained first. */
export abstract class Server extends pulumi.ComponentResource {
  abstract readonly member: Member;
  /** Where it stands: an address (onebox) or the name of its Auto Scaling group (AWS). */
  abstract readonly location: pulumi.Output<string>;
}
