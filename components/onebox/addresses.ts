/** Which address stands for whom on onebox: the stack's range cut by tier and zone. Pure. */
import { addressAt, formatRange, parseRange, type Range, slice } from "../../config/ranges.ts";
import { type Zone, zones } from "../../config/schema.ts";
import { type Member, ofTier, type Tier } from "../members.ts";

/** `edge` holds what visitors reach first: the gateway and the virtual address. */
const tiers = ["edge", "balancer", "web", "database", "monitor"] as const satisfies readonly (
  | Tier
  | "edge"
)[];

/** Slices per range: 5 tiers of 3 zones fit into 16. */
const sliceBits = 4;

/** Where the first host of a slice stands: the addresses before it are kept for the network's own. */
const firstHost = 10;

/** A host's place: its address, and its number within the range, unique in the stack. */
export interface Place {
  readonly address: string;
  readonly number: number;
}

/** Every address of a stack. */
export interface AddressPlan {
  /** Prefix length of the whole range: every host sees every other directly. */
  readonly bits: number;
  /** `web-a` → CIDR. */
  readonly ranges: Readonly<Record<string, string>>;
  /** Member → place. */
  readonly places: Readonly<Record<string, Place>>;
  /** Where the machine's loopback enters the stack. */
  readonly gateway: Place;
  /** The virtual address that the active balancer holds; a lone balancer's own, since there is nobody to pass it to. */
  readonly virtual: Place;
}

function sliceOf(range: Range, tier: Tier | "edge", zone: Zone): Range {
  return slice(range, range.bits + sliceBits, tiers.indexOf(tier) * zones.length + zones.indexOf(zone));
}

function place(range: Range, part: Range, index: number): Place {
  const offset = part.first - range.first + index;
  return { address: addressAt(part, index), number: offset };
}

/**
 * The plan for a range and its members, in their order: the same members always get the same addresses, and
 * adding one at the end moves none.
 * @throws RangeError when a tier's zone has more members than its slice has addresses.
 */
export function addressPlan(rangeText: string, members: readonly Member[]): AddressPlan {
  const range = parseRange(rangeText);
  if (range === null) throw new RangeError(`${rangeText} is not a range`);
  const indexOf = (member: Member) =>
    members.filter(({ tier, zone }) => tier === member.tier && zone === member.zone).indexOf(member);
  const edge = sliceOf(range, "edge", "a");
  const placeOf = (member: Member) =>
    place(range, sliceOf(range, member.tier, member.zone), firstHost + indexOf(member));
  const [balancer, ...standbys] = ofTier(members, "balancer");
  return {
    bits: range.bits,
    ranges: Object.fromEntries(
      tiers.flatMap((tier) =>
        zones.map((zone) => [`${tier}-${zone}`, formatRange(sliceOf(range, tier, zone))]),
      ),
    ),
    places: Object.fromEntries(members.map((member) => [member.name, placeOf(member)])),
    gateway: place(range, edge, 2),
    virtual: balancer && standbys.length === 0 ? placeOf(balancer) : place(range, edge, firstHost),
  };
}
