/**
 * The one catalogue of what is watched: recording rules, alert rules, CloudWatch alarms and the dashboards of every
 * cloud are made of it.
 */
import { drills, headlines } from "./dashboardMarks.ts";
import { availabilitySignals } from "./signals/availability.ts";
import { balancerSignals } from "./signals/balancer.ts";
import { databaseSignals } from "./signals/database.ts";
import { hostSignals } from "./signals/hosts.ts";
import { regularSignals } from "./signals/regular.ts";
import { requestSignals } from "./signals/requests.ts";
import { securitySignals } from "./signals/security.ts";
import type { OneboxSignal, Signal, SignalInput } from "./signals/types.ts";

export type {
  OneboxSignal,
  Signal,
  SignalGroup,
  SignalInput,
  SignalUnit,
  Thresholds,
} from "./signals/types.ts";

/** Shortest window of a rate, seconds: short enough to see a failover, long enough to be smooth. */
const shortestWindow = 30;
/** A rate needs two samples; four let one be late. */
const samplesPerWindow = 4;

/** A stack as the committed ones are, for what is written without one. */
export const usualInput: SignalInput = {
  scrapeSeconds: 5,
  webServers: 3,
  databaseNodes: 3,
  objective: 0.999,
  renewBeforeDays: 30,
  backupHours: 26,
  driftCheckHours: 168,
};

/** Every signal, whichever cloud tells it. */
export function signalCatalogue(input: SignalInput): readonly Signal[] {
  const w = `${Math.max(shortestWindow, samplesPerWindow * input.scrapeSeconds)}s`;
  return [
    ...availabilitySignals(input),
    ...requestSignals(w),
    ...balancerSignals(w, input.webServers),
    ...databaseSignals(w, input.databaseNodes),
    ...hostSignals(w),
    ...securitySignals(w, input.renewBeforeDays),
    ...regularSignals(input),
  ];
}

/** The signals that Prometheus tells. */
export function oneboxSignals(input: SignalInput): readonly OneboxSignal[] {
  return signalCatalogue(input).flatMap((signal) =>
    "none" in signal.onebox ? [] : [{ ...signal, onebox: signal.onebox }],
  );
}

/** What the dashboard is told besides the signals. */
export interface DashboardStack {
  readonly stack: string;
  readonly domain: string;
  readonly links: readonly { readonly title: string; readonly url: string }[];
  readonly hosts: readonly { readonly name: string; readonly tier: string; readonly zone: string }[];
  /** Address of the runbook, whose sections are anchors. */
  readonly runbook: string;
}

/** Text of `/signals.json`. */
export function dashboardSignals(stack: DashboardStack, input: SignalInput): string {
  const signals = oneboxSignals(input).map(({ onebox, aws: _, alert: __, ...signal }) => ({
    ...signal,
    expr: onebox.record ?? onebox.expr,
    legend: onebox.legend,
  }));
  return `${JSON.stringify({ ...stack, headlines, drills, signals }, null, 2)}\n`;
}
