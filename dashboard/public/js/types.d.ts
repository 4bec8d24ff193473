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
