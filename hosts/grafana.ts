/** The catalogue of signals as a dashboard for Grafana 11 and later. */
import { type Drill, drills } from "./dashboardMarks.ts";
import {
  type OneboxSignal,
  oneboxSignals,
  type SignalGroup,
  type SignalUnit,
  usualInput,
} from "./signals.ts";

/** What Grafana 11.0 writes; later ones migrate it when they open it. */
const schemaVersion = 39;

/** Whoever imports the dashboard chooses their Prometheus by this variable. */
const datasource = { type: "prometheus", uid: "$datasource" };

const rows: readonly (readonly [SignalGroup, string])[] = [
  ["overview", "Overview"],
  ["balancer", "Load balancers"],
  ["web", "Web servers"],
  ["database", "Database"],
  ["hosts", "Hosts"],
  ["security", "Security"],
];

const units: Readonly<Record<SignalUnit, string>> = {
  "req/s": "reqps",
  s: "s",
  ratio: "percentunit",
  bytes: "bytes",
  days: "d",
  count: "short",
  bool: "short",
  conn: "short",
};

/** Panel by kind, with its size in Grafana's grid of 24 columns. */
const panels: Readonly<Record<OneboxSignal["kind"], { type: string; w: number; h: number }>> = {
  stat: { type: "stat", w: 6, h: 4 },
  state: { type: "state-timeline", w: 12, h: 6 },
  chart: { type: "timeseries", w: 8, h: 8 },
};

/** Columns of the grid. */
const columns = 24;

/** Grafana colours from a value on upwards. */
function steps({ thresholds }: OneboxSignal) {
  if (thresholds === null) return [{ color: "green", value: null }];
  const { warn, critical, direction } = thresholds;
  const [first, last] = direction === "above" ? ["green", "red"] : ["red", "green"];
  const [low, high] = direction === "above" ? [warn, critical] : [critical, warn];
  const between = low === high ? [] : [{ color: "orange", value: low }];
  return [{ color: first, value: null }, ...between, { color: last, value: high }];
}

function mappings({ states, unit }: OneboxSignal) {
  const words = states ?? (unit === "bool" ? { "0": "no", "1": "yes" } : {});
  const options = Object.fromEntries(
    Object.entries(words).map(([value, text], index) => [value, { text, index }]),
  );
  return Object.keys(options).length === 0 ? [] : [{ type: "value", options }];
}

const expression = ({ onebox }: Pick<PrometheusSignal, "onebox">) => onebox.record ?? onebox.expr;

/** A signal that Prometheus tells. */
export type PrometheusSignal = OneboxSignal & {
  readonly onebox: { readonly expr: string; readonly legend: string; readonly record?: string };
};

function panel(signal: PrometheusSignal, id: number, x: number, y: number) {
  const { type, w, h } = panels[signal.kind];
  return {
    id,
    type,
    title: signal.title,
    description: `${signal.meaning} Runbook: ${signal.runbook}.`,
    datasource,
    gridPos: { x, y, w, h },
    fieldConfig: {
      defaults: {
        unit: units[signal.unit],
        ...(signal.kind === "chart" ? { min: 0 } : {}),
        thresholds: { mode: "absolute", steps: steps(signal) },
        mappings: mappings(signal),
        color: { mode: signal.kind === "chart" ? "palette-classic" : "thresholds" },
      },
      overrides: [],
    },
    targets: [
      { refId: "A", datasource, expr: expression(signal), legendFormat: signal.onebox.legend, range: true },
    ],
  };
}

/** Panels one after the other in the grid, below a heading; returns where the next group begins. */
function group(title: string, signals: readonly PrometheusSignal[], firstId: number, top: number) {
  const order = Object.keys(panels);
  const sorted = [...signals].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const heading = {
    id: firstId,
    type: "row",
    title,
    collapsed: false,
    gridPos: { x: 0, y: top, w: columns, h: 1 },
    panels: [],
  };
  let x = 0;
  let y = top + 1;
  let kind: OneboxSignal["kind"] | null = null;
  let height = 0;
  const placed = sorted.map((signal, index) => {
    const { w, h } = panels[signal.kind];
    if ((kind !== null && kind !== signal.kind) || x + w > columns) {
      x = 0;
      y += height;
    }
    kind = signal.kind;
    height = h;
    const made = panel(signal, firstId + 1 + index, x, y);
    x += w;
    return made;
  });
  return { panels: [heading, ...placed], next: y + height };
}

/** Marks where a series became 1, or left it, within the last minute; Grafana joins neighbours to a region. */
function drillExpression({ change, label }: Drill, state: string): string {
  const [now, function_, before] = change === "moves" ? [1, "min", 0] : [0, "max", 1];
  return `((${state}) == ${now}) and on (${label}) (${function_}_over_time((${state})[1m:]) == ${before})`;
}

function annotation(drill: Drill, signals: readonly PrometheusSignal[]) {
  const signal = signals.find(({ id }) => id === drill.signal);
  if (signal === undefined) throw new Error(`no signal ${drill.signal} for the drill "${drill.title}"`);
  return {
    name: drill.title,
    datasource,
    enable: true,
    hide: false,
    iconColor: "purple",
    expr: drillExpression(drill, expression(signal)),
    step: "15s",
    titleFormat: drill.title,
    textFormat: `{{${drill.label}}}`,
  };
}

/** The dashboard as Grafana imports it: one row a tier, one panel a signal, an annotation a drill. */
export function grafanaDashboard(signals: readonly PrometheusSignal[]) {
  let id = 1;
  let top = 0;
  const placed = rows.flatMap(([name, title]) => {
    const own = signals.filter((signal) => signal.group === name);
    if (own.length === 0) return [];
    const made = group(title, own, id, top);
    id += made.panels.length;
    top = made.next;
    return made.panels;
  });
  return {
    uid: "foobar-overview",
    title: "Web infrastructure",
    description: "Every signal of the catalogue. Written by `npm run docs`.",
    tags: ["foobar"],
    schemaVersion,
    version: 1,
    editable: true,
    timezone: "browser",
    graphTooltip: 1,
    refresh: "10s",
    time: { from: "now-15m", to: "now" },
    templating: {
      list: [
        {
          name: "datasource",
          label: "Prometheus",
          type: "datasource",
          query: "prometheus",
          hide: 0,
          includeAll: false,
          multi: false,
          options: [],
          refresh: 1,
          regex: "",
        },
      ],
    },
    annotations: { list: drills.map((drill) => annotation(drill, signals)) },
    panels: placed,
  };
}

/** Text of docs/grafana/overview.json, for the default interval of collection. */
export function renderGrafana(): string {
  return `${JSON.stringify(grafanaDashboard(oneboxSignals(usualInput)), null, 2)}\n`;
}
