/**
 * The service-level objective: how much of the error budget is used up, and how fast, by several windows. Windows,
 * burn rates and severities are those of Google's SRE workbook, chapter 5, table 5-8.
 */
import { requestRate } from "./requests.ts";
import { type Severity, share } from "./types.ts";

/** One burn rate: both windows must be above it, the long one for weight, the short one for an end in time. */
export interface Burn {
  readonly name: string;
  /** How many times faster than the objective allows. */
  readonly rate: number;
  readonly long: string;
  readonly short: string;
  readonly severity: Severity;
}

export const burns: readonly Burn[] = [
  { name: "ErrorBudgetBurnsFast", rate: 14.4, long: "1h", short: "5m", severity: "critical" },
  { name: "ErrorBudgetBurns", rate: 6, long: "6h", short: "30m", severity: "critical" },
  { name: "ErrorBudgetBurnsSlowly", rate: 1, long: "3d", short: "6h", severity: "warning" },
];

/** Longest window: what the budget that is left is counted over. */
export const budgetWindow = "3d";

const probe = 'probe_success{job="probe"}';
const units: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

/** `6h` → 21 600 */
const secondsOf = (window: string) => Number(window.slice(0, -1)) * (units[window.slice(-1)] ?? Number.NaN);

/** Name of the recorded share of failures over a window. */
export const failuresOver = (window: string) => `site:failures:ratio_${window}`;

/**
 * Share of failures over a window: of the visitors' requests or of the probes, whichever is worse. So an outage that
 * lets no request through counts, and so does one that only visitors notice.
 */
function failures(w: string, scrapeSeconds: number): string {
  const of = (name: string, expr: string) => `label_replace(${expr}, "of", "${name}", "", "")`;
  const requests = share(requestRate("5..", w), requestRate(".+", w));
  // Of all probes that fit into the window: one that was not yet made is no failure, or every new stack would alarm.
  const most = secondsOf(w) / scrapeSeconds;
  const probes = `sum(count_over_time(${probe}[${w}]) - sum_over_time(${probe}[${w}])) / ${most}`;
  return `max(${of("requests", requests)} or ${of("probes", probes)})`;
}

/** Recording rules of every window. */
export function sloRecords(
  scrapeSeconds: number,
): readonly { readonly record: string; readonly expr: string }[] {
  const windows = new Set(burns.flatMap(({ long, short }) => [long, short]));
  return [...windows].map((window) => ({
    record: failuresOver(window),
    expr: failures(window, scrapeSeconds),
  }));
}

/** Failures beyond this share burn the budget at the given rate. */
export const burnLimit = (rate: number, objective: number) => Number((rate * (1 - objective)).toPrecision(6));

/** The expression that holds while the budget burns this fast. */
export function burnExpression({ rate, long, short }: Burn, objective: number): string {
  const limit = burnLimit(rate, objective);
  return `${failuresOver(long)} > ${limit} and ${failuresOver(short)} > ${limit}`;
}
