/** The CloudWatch dashboard's body. Pure. */
import type { SignalGroup } from "../../hosts/signals.ts";

/** A line of a chart, all known. */
export type DrawnSeries = { readonly id: string; readonly label: string; readonly visible: boolean } & (
  | {
      readonly namespace: string;
      readonly metric: string;
      readonly dimensions: Readonly<Record<string, string>>;
      readonly statistic: string;
    }
  | { readonly expression: string }
);

export interface DrawnSignal {
  readonly id: string;
  readonly title: string;
  readonly meaning: string;
  readonly group: SignalGroup;
  readonly series: readonly DrawnSeries[];
  readonly period: number;
  /** Line at which an alarm is raised; null without one. */
  readonly threshold: number | null;
}

export interface DashboardBodyInput {
  readonly region: string;
  readonly title: string;
  readonly signals: readonly DrawnSignal[];
  /** ARNs of alarms, shown first. */
  readonly alarms: readonly string[];
}

const groups: Readonly<Record<SignalGroup, string>> = {
  overview: "What visitors see",
  balancer: "Load balancer",
  web: "Web servers",
  database: "Database",
  security: "Security",
  hosts: "Hosts",
};

/** CloudWatch's grid has 24 columns. */
const columns = 24;
const width = 8;
const height = 6;
/** More lines than this cannot be told apart; CloudWatch takes up to 500 in a chart. */
const mostLines = 100;

function line(series: DrawnSeries, region: string): readonly unknown[] {
  const options = { id: series.id, label: series.label, visible: series.visible, region };
  return "expression" in series
    ? [{ ...options, expression: series.expression }]
    : [
        series.namespace,
        series.metric,
        ...Object.entries(series.dimensions).flat(),
        { ...options, stat: series.statistic },
      ];
}

function chart({ title, series, period, threshold }: DrawnSignal, region: string, place: object): object {
  return {
    type: "metric",
    ...place,
    properties: {
      title,
      region,
      period,
      view: "timeSeries",
      stacked: false,
      metrics: series.slice(0, mostLines).map((each) => line(each, region)),
      yAxis: { left: { min: 0 } },
      ...(threshold === null
        ? {}
        : { annotations: { horizontal: [{ label: "alarm", value: threshold, color: "#d62728" }] } }),
    },
  };
}

/** JSON text of the dashboard: alarms, then a heading and a row of charts for each group. */
export function renderDashboard({ region, title, signals, alarms }: DashboardBodyInput): string {
  const widgets: object[] = [
    { type: "text", x: 0, y: 0, width: columns, height: 1, properties: { markdown: `# ${title}` } },
    {
      type: "alarm",
      x: 0,
      y: 1,
      width: columns,
      height: 3,
      properties: { title: "Alarms", alarms },
    },
  ];
  let y = 4;
  for (const [group, heading] of Object.entries(groups)) {
    const members = signals.filter((signal) => signal.group === group);
    if (members.length === 0) continue;
    const meanings = members.map((signal) => `**${signal.title}**: ${signal.meaning}`).join(" ");
    widgets.push({
      type: "text",
      x: 0,
      y,
      width: columns,
      height: 2,
      properties: { markdown: `## ${heading}\n${meanings}` },
    });
    y += 2;
    const perRow = columns / width;
    members.forEach((signal, index) => {
      const place = {
        x: (index % perRow) * width,
        y: y + Math.floor(index / perRow) * height,
        width,
        height,
      };
      widgets.push(chart(signal, region, place));
    });
    y += Math.ceil(members.length / perRow) * height;
  }
  return JSON.stringify({ start: "-PT3H", periodOverride: "inherit", widgets });
}
