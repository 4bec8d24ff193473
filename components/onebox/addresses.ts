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

/** Host → number, of every host that stands: also of those that this run takes away. */
export type Standing = Readonly<Record<string, number>>;

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

/** The host at a number of the range. */
const placeAt = (range: Range, number: number): Place => ({ address: addressAt(range, number), number });

/** The numbers that a slice has for hosts, in order: not its last, which is nobody's address. */
function numbersOf(range: Range, part: Range): readonly number[] {
  const first = part.first - range.first;
  const size = 2 ** (32 - part.bits);
  return Array.from({ length: Math.max(0, size - 1 - firstHost) }, (_, index) => first + firstHost + index);
}

/**
 * Member → number. Who stands keeps theirs for as long as it fits tier and zone, whoever else comes or goes. Who is
 * new gets the first number of the slice that nobody has, those not who go in this run: a host is made before another
 * one is taken away.
 * @throws RangeError when a tier's zone has no number left
 */
function numbersFor(
  range: Range,
  members: readonly Member[],
  standing: Standing,
): ReadonlyMap<string, number> {
  const taken = new Set(Object.values(standing));
  return new Map(
    members.map(({ name, tier, zone }) => {
      const fitting = numbersOf(range, sliceOf(range, tier, zone));
      const own = standing[name];
      const number =
        own !== undefined && fitting.includes(own) ? own : fitting.find((candidate) => !taken.has(candidate));
      if (number === undefined)
        throw new RangeError(
          `${formatRange(range)} has no address left for ${name} in tier ${tier}, zone ${zone}`,
        );
      taken.add(number);
      return [name, number] as const;
    }),
  );
}

/** A member's own rank in its tier, from 0 to 100: by zone, then by its place there. Others change nothing about it. */
export function rankOf(plan: AddressPlan, { name, zone }: Pick<Member, "name" | "zone">): number {
  const slice = 2 ** (32 - plan.bits - sliceBits);
  const index = ((plan.places[name]?.number ?? 0) % slice) - firstHost;
  return Math.min(100, 10 * zones.indexOf(zone) + index);
}

/**
 * The plan for a range and its members. A member's place is its own: it depends on name, tier and zone, and on what
 * stands, never on the order of the members. On an empty stack the first of a zone gets the zone's first place.
 * @throws RangeError when a tier's zone has more members than its slice has addresses.
 */
export function addressPlan(
  rangeText: string,
  members: readonly Member[],
  standing: Standing = {},
): AddressPlan {
  const range = parseRange(rangeText);
  if (range === null) throw new RangeError(`${rangeText} is not a range`);
  const edge = sliceOf(range, "edge", "a").first - range.first;
  const places = Object.fromEntries(
    [...numbersFor(range, members, standing)].map(([name, number]) => [name, placeAt(range, number)]),
  );
  const [balancer, ...standbys] = ofTier(members, "balancer");
  const lone = balancer && standbys.length === 0 ? places[balancer.name] : undefined;
  return {
    bits: range.bits,
    ranges: Object.fromEntries(
      tiers.flatMap((tier) =>
        zones.map((zone) => [`${tier}-${zone}`, formatRange(sliceOf(range, tier, zone))]),
      ),
    ),
    places,
    gateway: placeAt(range, edge + 2),
    virtual: lone ?? placeAt(range, edge + firstHost),
  };
}
