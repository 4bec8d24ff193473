/** The signal catalogue as series for Sumo Logic: one a signal, so that its dashboards and monitors need no PromQL. */
import type { OneboxSignal } from "./signals.ts";

/** Name of a signal's series: `latency-p99` → `signal_latency_p99`. */
export const signalSeries = (id: string): string => `signal_${id.replaceAll("-", "_")}`;

/** Rules that compute the series. */
export function signalRules(
  signals: readonly OneboxSignal[],
): readonly { readonly record: string; readonly expr: string }[] {
  return signals.map(({ id, onebox: { record, expr } }) => ({
    record: signalSeries(id),
    expr: record ?? expr,
  }));
}
