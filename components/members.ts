/** Who takes part in a stack. Pure. */
import { type Role, roles, type ServerSettings, type Settings, type Zone } from "../config/schema.ts";

/** A tier is a role that servers share. */
export type Tier = Role;

/** One participant of the stack: a server, or a tier that the cloud runs as a managed service. */
export interface Member {
  /** Identity: resources are named by it. */
  readonly name: string;
  readonly tier: Tier;
  readonly zone: Zone;
  readonly size: ServerSettings["size"];
  /** True for a tier that the cloud runs as a service: no machine of ours stands behind it. */
  readonly managed: boolean;
}

/** `web-2` before `web-10`, on every machine. */
const byName = new Intl.Collator("en", { numeric: true });

/**
 * The configured servers by tier and name, whatever the order of their lines, and one managed member for each tier
 * that the cloud runs itself.
 */
export function membersOf(settings: Settings, managedTiers: readonly Tier[]): readonly Member[] {
  const servers = settings.servers
    .map(({ name, role, zone, size }) => ({ name, tier: role, zone, size, managed: false }))
    .sort(
      (one, other) =>
        roles.indexOf(one.tier) - roles.indexOf(other.tier) || byName.compare(one.name, other.name),
    );
  const managed = managedTiers.map((tier) => ({
    name: tier,
    tier,
    zone: "a" as const,
    size: "small" as const,
    managed: true,
  }));
  return [...servers, ...managed];
}

/** The members of one tier, in the order of their names. */
export function ofTier(members: readonly Member[], tier: Tier): readonly Member[] {
  return members.filter((member) => member.tier === tier);
}
