import * as pulumi from "@pulumi/pulumi";
import type { Member } from "./members.ts";

/** What a network is made for. */
export interface NetworkArgs {
  /** Private IPv4 range of the stack, CIDR, /16 to /22. */
  readonly range: string;
  /** Everyone who gets a place in it: an address (onebox) or a closed security group (AWS). */
  readonly members: readonly Member[];
}

/**
 * The stack's private network: addresses by tier and zone, and the identity of each member in it, closed until
 * its `Firewall` opens what the flow graph permits.
 */
export abstract class Network extends pulumi.ComponentResource {
  /** The range of each tier and zone, `web-a` → CIDR. */
  abstract readonly ranges: pulumi.Output<Readonly<Record<string, string>>>;
}
