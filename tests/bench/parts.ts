/** The parts of the bench, and the choice among them. Pure. */

/** In the order in which they run: those that need no stack first, those that kill its parts last. */
export const partNames = ["graph", "preview", "up", "throughput", "memory", "agents", "failover"] as const;
export type PartName = (typeof partNames)[number];

/**
 * Chooses parts by the value of `--only`.
 * @param only names separated by commas; undefined for all
 * @returns the parts in their order, or the names that are none
 */
export function chooseParts(
  only: string | undefined,
): { readonly chosen: readonly PartName[] } | { readonly unknown: readonly string[] } {
  if (only === undefined) return { chosen: partNames };
  const wanted = new Set(only.split(",").map((name) => name.trim()));
  const unknown = [...wanted].filter((name) => !partNames.some((part) => part === name));
  return unknown.length > 0 ? { unknown } : { chosen: partNames.filter((part) => wanted.has(part)) };
}
