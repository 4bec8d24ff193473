import * as pulumi from "@pulumi/pulumi";
import type { FlowGraph } from "./flows.ts";
import type { Member } from "./members.ts";
import type { Network } from "./network.ts";

/** What a firewall enforces. */
export interface FirewallArgs<N extends Network> {
  readonly network: N;
  /** The member it stands in front of. */
  readonly member: Member;
  readonly members: readonly Member[];
  /** The stack's whole flow graph; the firewall compiles the part that concerns its member. */
  readonly flows: FlowGraph;
  /** Ranges that `visitor` stands for, CIDR. */
  readonly publicRanges: readonly string[];
}

/** One member's firewall: default deny in and out; only the flows of the graph pass. */
export abstract class Firewall extends pulumi.ComponentResource {
  /** The member it protects. */
  abstract readonly member: Member;
}
