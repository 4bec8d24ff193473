import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../config/schema.ts";
import type { Certificates } from "./certificates.ts";
import type { Firewall } from "./firewall.ts";
import type { Member } from "./members.ts";
import type { Network } from "./network.ts";

/** What an agent observes and how. */
export interface MonitoringAgentArgs<N extends Network, C extends Certificates, F extends Firewall> {
  readonly network: N;
  readonly certificates: C;
  readonly firewall: F;
  readonly member: Member;
  /** Everyone: the monitor among them is the only one who may ask the agent. */
  readonly members: readonly Member[];
  readonly monitoring: Settings["monitoring"];
}

/** One member's monitoring agent: performance, security and availability data, sent or offered to the monitor. */
export abstract class MonitoringAgent extends pulumi.ComponentResource {
  /** The member it observes. */
  abstract readonly member: Member;
}
