import type { Firewall } from "./firewall.ts";
import type { Member } from "./members.ts";
import type { MonitoringAgent } from "./monitoringAgent.ts";

/** A member together with its firewall and its monitoring agent: nothing runs anywhere without both. */
export interface Guarded<F extends Firewall, A extends MonitoringAgent> {
  readonly member: Member;
  readonly firewall: F;
  readonly agent: A;
}
