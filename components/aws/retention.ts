/** How long CloudWatch keeps logs. Pure. */

/** Retentions that CloudWatch Logs knows, days. */
const known = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** The shortest retention that CloudWatch knows and that is long enough, days: 15 → 30. */
export function logRetentionDays(wanted: number): number {
  return known.find((days) => days >= wanted) ?? Math.max(...known);
}
