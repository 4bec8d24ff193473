/** How the stack's range is cut into subnets. Pure. */
import { formatRange, parseRange, slice } from "../../config/ranges.ts";
import { type Zone, zones } from "../../config/schema.ts";

/** Kinds of subnets: with a way in from the internet, with a way out at most, with neither. */
export const subnetKinds = ["public", "application", "database"] as const;

export type SubnetKind = (typeof subnetKinds)[number];

/** The range of each kind of subnet in each zone. */
export type SubnetPlan = Readonly<Record<SubnetKind, Readonly<Record<Zone, string>>>>;

/** A quarter of the range for each kind, one spare; a quarter of that for each zone, one spare. */
const partBits = 2;

/**
 * Cuts a range: `10.77.0.0/16` → public 10.77.0.0/20, 10.77.16.0/20, ...; application from 10.77.64.0; database from
 * 10.77.128.0; the last quarter stays free. A /22 still leaves 59 addresses a subnet, of which a balancer wants 8.
 * @param range CIDR, /16 to /22
 * @throws RangeError for a range that is malformed or cannot be cut further
 */
export function subnetPlan(range: string): SubnetPlan {
  const whole = parseRange(range);
  if (whole === null) throw new RangeError(`${range} is not an IPv4 range`);
  const ofKind = (kind: number): Readonly<Record<Zone, string>> => {
    const quarter = slice(whole, whole.bits + partBits, kind);
    const ofZone = (zone: Zone) => formatRange(slice(quarter, quarter.bits + partBits, zones.indexOf(zone)));
    return { a: ofZone("a"), b: ofZone("b"), c: ofZone("c") };
  };
  return { public: ofKind(0), application: ofKind(1), database: ofKind(2) };
}
