/** What a signal is: the form of every entry of the catalogue. */

export type SignalUnit = "req/s" | "s" | "ratio" | "bytes" | "days" | "count" | "bool" | "conn";
export type SignalGroup = "overview" | "balancer" | "web" | "database" | "hosts" | "security";
/** `critical` wakes somebody; `warning` waits for the morning. */
export type Severity = "warning" | "critical";

/** Severity of the alert that always fires: it is no trouble, nobody is woken by it, and it is not shown among others. */
export const noTrouble = "none";

/** From where on a value is worth a look, and from where on somebody must act. */
export interface Thresholds {
  readonly warn: number;
  readonly critical: number;
  readonly direction: "above" | "below";
}

/** When somebody is told that a threshold is passed. */
export interface AlertRule {
  /** Names the trouble and not the signal, `WebServerDown`. */
  readonly name: string;
  /** How long the threshold must be passed, seconds. */
  readonly after: number;
  /** Which of the thresholds raise it. */
  readonly severities: readonly Severity[];
  /** How long no value at all is good news, seconds: after that it raises the alert too. Without it presence.ts tells. */
  readonly silence?: number;
}

/** Where Prometheus has a signal from. With `record`, a recording rule of that name computes `expr`. */
export interface PrometheusSource {
  readonly expr: string;
  readonly legend: string;
  readonly record?: string;
}

/**
 * Where CloudWatch has a signal from: the metrics that are drawn, as `namespace/metric` (`stack` is the stack's own
 * namespace), over all kinds of balancer and database; or an alarm of its own that tells it.
 */
export type CloudWatchSource = { readonly metrics: readonly string[] } | { readonly alarm: string };

/** A cloud that does not tell a signal, and why that is no gap. */
export interface Absent {
  readonly none: string;
}

/** Something that is watched. */
export interface Signal {
  readonly id: string;
  readonly title: string;
  readonly unit: SignalUnit;
  /** What it tells, for someone who sees it for the first time. */
  readonly meaning: string;
  readonly group: SignalGroup;
  /** A line over time, one number, or a state of each host. */
  readonly kind: "chart" | "stat" | "state";
  readonly thresholds: Thresholds | null;
  /** Null: it is only drawn. On AWS the configuration's own thresholds decide. */
  readonly alert: AlertRule | null;
  /** Words for the values of a state; without them a `bool` is yes or no and anything else a number. */
  readonly states?: Readonly<Record<string, string>>;
  /** Section of docs/runbook.md that says what to do about it. */
  readonly runbook: string;
  readonly onebox: PrometheusSource | Absent;
  readonly aws: CloudWatchSource | Absent;
}

/** A signal that Prometheus tells. */
export interface OneboxSignal extends Signal {
  readonly onebox: PrometheusSource;
}

/** What signals depend on. */
export interface SignalInput {
  /** How often metrics are collected, seconds. */
  readonly scrapeSeconds: number;
  /** How many servers of a tier there are when all is well. */
  readonly webServers: number;
  readonly databaseNodes: number;
  /** Share of requests that must succeed, 0 to 1. */
  readonly objective: number;
  /** `up` renews a certificate that is closer than this to its end, days. */
  readonly renewBeforeDays: number;
  /** How old the newest verified backup may be, hours. */
  readonly backupHours: number;
  /** How long ago the stack was last compared with its state, hours. */
  readonly driftCheckHours: number;
}

export const above = (warn: number, critical: number): Thresholds => ({ warn, critical, direction: "above" });
export const below = (warn: number, critical: number): Thresholds => ({ warn, critical, direction: "below" });

/** One of `count` missing is worth a look, half of them missing wants somebody. */
export const missing = (count: number): Thresholds => below(count - 0.5, count / 2);

export const upOrDown = { "0": "down", "1": "up" };

/** An alert that both thresholds raise. */
export const alert = (
  name: string,
  after: number,
  severities: readonly Severity[] = ["warning", "critical"],
): AlertRule => ({ name, after, severities });

export const none = (reason: string): Absent => ({ none: reason });
export const metrics = (...names: readonly string[]): CloudWatchSource => ({ metrics: names });

/** Requests as visitors see them: at the balancer, or at the web servers where the balancer does not decrypt. */
export function visible(atBalancer: string, atWeb: string): string {
  return `${atBalancer} or ${atWeb}`;
}

/** A quotient that is 0 where nothing happened, and not undefined. */
export const share = (part: string, whole: string) => `((${part}) / (${whole})) >= 0 or vector(0)`;
