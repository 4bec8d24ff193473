/** The signal catalogue as what Sumo Logic imports: a dashboard, and a folder of monitors. Pure. */
import { type OneboxSignal, oneboxSignals, type Thresholds, usualInput } from "./signals.ts";
import { signalSeries } from "./sumoSignals.ts";

/** Where a monitor sends whoever it wakes. */
const runbookPage = "docs/runbook.md";

/** Panels stand three to a row on a grid of 24 columns. */
const panel = { width: 8, height: 6, perRow: 3 } as const;

/** A series of the stack that is chosen on the dashboard. */
const query = (id: string, stack: string) => `metric=${signalSeries(id)} stack=${stack}`;

const groupsIn = (signals: readonly OneboxSignal[]) => [...new Set(signals.map(({ group }) => group))];

function panelOf({ id, title, meaning, kind }: OneboxSignal) {
  return {
    id: null,
    key: `panel-${id}`,
    title,
    description: meaning,
    panelType: "SumoSearchPanel",
    visualSettings: JSON.stringify({
      general:
        kind === "stat" ? { mode: "singleValueMetrics", type: "svp" } : { mode: "timeSeries", type: "line" },
    }),
    keepVisualSettingsConsistentWithParent: true,
    queries: [
      {
        queryString: query(id, "{{stack}}"),
        queryType: "Metrics",
        queryKey: "A",
        metricsQueryMode: "Advanced",
        metricsQueryData: null,
        tracesQueryData: null,
        parseMode: "Manual",
        timeSource: "Message",
      },
    ],
    timeRange: null,
    coloringRules: null,
    linkedDashboards: [],
  };
}

/** Text of a dashboard: a panel a signal, group by group; its stack is chosen at the top. */
export function sumoDashboard(signals: readonly OneboxSignal[]): string {
  const ordered = groupsIn(signals).flatMap((group) => signals.filter((signal) => signal.group === group));
  const title = "Foobar web infrastructure";
  const content = {
    type: "DashboardV2SyncDefinition",
    name: title,
    title,
    description: "Every signal of the stack, as its monitor computes it.",
    theme: "Light",
    topologyLabelMap: { data: {} },
    refreshInterval: 60,
    timeRange: {
      type: "BeginBoundedTimeRange",
      from: { type: "RelativeTimeRangeBoundary", relativeTime: "-1h" },
      to: null,
    },
    layout: {
      layoutType: "Grid",
      layoutStructures: ordered.map(({ id }, index) => ({
        key: `panel-${id}`,
        structure: JSON.stringify({
          width: panel.width,
          height: panel.height,
          x: (index % panel.perRow) * panel.width,
          y: Math.floor(index / panel.perRow) * panel.height,
        }),
      })),
    },
    panels: ordered.map(panelOf),
    variables: [
      {
        id: null,
        name: "stack",
        displayName: "Stack",
        defaultValue: "*",
        sourceDefinition: {
          variableSourceType: "MetadataVariableSourceDefinition",
          filter: "metric=signal_*",
          key: "stack",
        },
        allowMultiSelect: false,
        includeAllOption: true,
        hideFromUI: false,
      },
    ],
    coloringRules: [],
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** How long a value must be wrong before somebody is told, and right before it is over. */
const period = "5m";

function triggersOf({ warn, critical, direction }: Thresholds) {
  const [beyond, back] =
    direction === "above" ? ["GreaterThan", "LessThanOrEqual"] : ["LessThan", "GreaterThanOrEqual"];
  const trigger = (triggerType: string, threshold: number, thresholdType: string | undefined) => ({
    detectionMethod: "StaticCondition",
    triggerType,
    timeRange: period,
    threshold,
    thresholdType,
    occurrenceType: "Always",
    triggerSource: triggerType.startsWith("Resolved") ? "AllTimeSeries" : "AnyTimeSeries",
  });
  const levels =
    warn === critical
      ? [["Critical", critical] as const]
      : [["Critical", critical] as const, ["Warning", warn] as const];
  return levels.flatMap(([level, threshold]) => [
    trigger(level, threshold, beyond),
    trigger(`Resolved${level}`, threshold, back),
  ]);
}

/** Text of a folder of monitors: one a signal that has thresholds. Whom they tell is set after the import. */
export function sumoMonitors(signals: readonly OneboxSignal[]): string {
  const monitors = signals.flatMap(({ id, title, meaning, runbook, thresholds }) =>
    thresholds === null
      ? []
      : [
          {
            type: "MonitorsLibraryMonitorExport",
            name: title,
            description: meaning,
            monitorType: "Metrics",
            evaluationDelay: "1m",
            queries: [{ rowId: "A", query: query(id, "*") }],
            triggers: triggersOf(thresholds),
            notifications: [],
            isDisabled: false,
            groupNotifications: true,
            playbook: `${runbookPage}#${runbook}`,
          },
        ],
  );
  const folder = {
    type: "MonitorsLibraryFolderExport",
    name: "Foobar web infrastructure",
    description: "Thresholds of the signal catalogue.",
    children: monitors,
  };
  return `${JSON.stringify(folder, null, 2)}\n`;
}

/** The files of docs/sumo/, by name. How often metrics are collected does not show in them. */
export function sumoFiles(): Readonly<Record<string, string>> {
  const signals = oneboxSignals(usualInput);
  return { "dashboard.json": sumoDashboard(signals), "monitors.json": sumoMonitors(signals) };
}
