/** Unit of a signal's values. */
export type Unit = "req/s" | "s" | "ratio" | "bytes" | "days" | "count" | "bool" | "conn";

/** Section of the page. */
export type Group = "overview" | "balancer" | "web" | "database" | "hosts" | "security";

/** When a value is worth a warning; a value beyond the bound counts, the bound itself does not. */
export interface Thresholds {
  readonly warn: number;
  readonly critical: number;
  readonly direction: "above" | "below";
}

/** One thing that is measured. */
export interface Signal {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  readonly meaning: string;
  readonly group: Group;
  /** `chart`: lines over time. `stat`: one number now. `state`: a value with a meaning, drawn as bands over time. */
  readonly kind: "chart" | "stat" | "state";
  /** PromQL; `$window` in it becomes a duration that fits the drawn range. */
  readonly expr: string;
  /** Name of a series, with labels as `{{label}}`. */
  readonly legend: string;
  readonly thresholds: Thresholds | null;
  /** Words for the values of a state, e.g. `{"4": "synced"}`; without it a state is yes or no. */
  readonly states: Readonly<Record<string, string>> | null;
  /** Anchor in the runbook that says what to do about it; empty for none. */
  readonly runbook: string;
}

/** Something that a failover moves; its moments are marked on the charts. */
export interface Drill {
  /** Letter of its marks. */
  readonly mark: string;
  /** What a mark says, before the names: "Writer changed". */
  readonly title: string;
  /** Signal of kind `state` that it is read from. */
  readonly signal: string;
  /** Label with the name of what has the state. */
  readonly label: string;
  /** `moves`: another series became 1. `goes`: a series went from 1 to 0. */
  readonly change: "moves" | "goes";
}

/** A host of the stack. */
export interface Host {
  readonly name: string;
  readonly tier: string;
  readonly zone: string;
}

/** Content of /signals.json. */
export interface Catalogue {
  readonly stack: string;
  readonly domain: string;
  readonly links: readonly { readonly title: string; readonly url: string }[];
  readonly hosts: readonly Host[];
  readonly signals: readonly Signal[];
  /** Signals that answer at once whether the site is up, how fast and how much, by id. */
  readonly headlines: readonly string[];
  readonly drills: readonly Drill[];
  /** Address of the runbook; empty where there is none. */
  readonly runbook: string;
}

/** A rule of Prometheus that holds now. */
export interface Alert {
  readonly name: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly runbook: string;
  /** Since when, Unix milliseconds. */
  readonly since: number;
}

/** Labels of a series. */
export type Labels = Readonly<Record<string, string>>;

/** A series now. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** A series over time: pairs of Unix seconds and value. */
export interface Line {
  readonly labels: Labels;
  readonly points: readonly (readonly [number, number])[];
}

/** How bad a value is. */
export type Severity = "ok" | "warn" | "critical";
