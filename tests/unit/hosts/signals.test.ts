import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { renderRules } from "../../../hosts/prometheusRules.ts";
import { renderRunbookPage } from "../../../hosts/runbookPage.ts";
import { presence } from "../../../hosts/signals/presence.ts";
import { backupMetric, driftCheckMetric } from "../../../hosts/signals/regular.ts";
import { burns } from "../../../hosts/signals/slo.ts";
import { dashboardSignals, oneboxSignals, signalCatalogue, usualInput } from "../../../hosts/signals.ts";
import { Workplace } from "./support/workplace.ts";

const place = new Workplace();
after(() => place.close());
const catalogue = signalCatalogue(usualInput);
const drawn = oneboxSignals(usualInput);
const page = "https://localhost:8444/runbook";
const runbook = readFileSync(join(import.meta.dirname, "../../../docs/runbook.md"), "utf8");

/** Heading → what stands below it. */
const sections = new Map(
  runbook
    .split(/^## /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n"))] as const),
);

describe("the signal catalogue", () => {
  it("has queries that Prometheus understands", () => {
    const rules = drawn.map(({ onebox }, index) => ({ record: `signal:${index}`, expr: onebox.expr }));
    const path = place.text("all.yml", JSON.stringify({ groups: [{ name: "all", rules }] }));
    const { code, text } = place.run(["promtool", "check", "rules", path]);
    assert.equal(code, 0, text);
    assert.match(text, new RegExp(`${rules.length} rules found`));
  });

  it("names each signal, each rule and each trouble once", () => {
    const records = drawn.flatMap(({ onebox }) => (onebox.record ? [onebox.record] : []));
    const troubles = catalogue.flatMap(({ alert }) => (alert === null ? [] : [alert.name]));
    for (const names of [
      catalogue.map(({ id }) => id),
      records,
      [...troubles, ...burns.map(({ name }) => name)],
    ])
      assert.deepEqual(
        names.filter((name, index) => names.indexOf(name) < index),
        [],
      );
  });

  it("has a source on each cloud, or says why there is none", () => {
    for (const { id, onebox, aws } of catalogue) {
      if ("none" in onebox) assert.ok(onebox.none.length > 20, `${id} on onebox`);
      if ("none" in aws) assert.ok(aws.none.length > 20, `${id} on aws`);
      assert.ok(!("none" in onebox && "none" in aws), `${id} has no source at all`);
      if ("metrics" in aws) assert.ok(aws.metrics.length > 0, id);
    }
  });

  it("has a section of the runbook for each signal, which says how to look and what to do", () => {
    const wanted = new Set([...catalogue.map((signal) => signal.runbook), "monitor-down"]);
    assert.deepEqual([...sections.keys()].sort(), [...wanted].sort());
    for (const [name, text] of sections)
      for (const part of ["**Means**", "**Look on onebox**", "**Look on AWS**", "**Do**"])
        assert.ok(text.includes(part), `${name} has no ${part}`);
  });

  it("has the runbook as a page whose anchors are the sections, and which leads to no other document", () => {
    const html = renderRunbookPage(runbook, "<dev>");
    const anchors = [...html.matchAll(/<h2 id="([^"]+)">/g)].map(([, anchor]) => anchor);
    assert.deepEqual(anchors, [...sections.keys()]);
    const targets = [...html.matchAll(/<a href="([^"]+)"/g)].map(([, target = ""]) => target);
    for (const target of targets)
      assert.ok(target === "/" || sections.has(target.replace(/^#/, "")), `a link to ${target}`);
    assert.match(html, /<title>Runbook · &lt;dev&gt;<\/title>/);
    assert.match(html, /<strong>Means<\/strong> [^<]+/);
  });

  it("has thresholds that warn no later than they alarm, wherever somebody is told", () => {
    for (const { id, thresholds, alert, onebox } of catalogue) {
      if (alert !== null) assert.ok(thresholds !== null && !("none" in onebox), id);
      if (thresholds === null) continue;
      const { warn, critical, direction } = thresholds;
      assert.ok(direction === "above" ? warn <= critical : warn >= critical, id);
    }
  });

  it("warns of one missing server, and of none of a tier of one too soon", () => {
    const of = (webServers: number) =>
      signalCatalogue({ ...usualInput, webServers }).find(({ id }) => id === "healthy-servers")?.thresholds;
    assert.deepEqual(of(3), { warn: 2.5, critical: 1.5, direction: "below" });
    assert.deepEqual(of(1), { warn: 0.5, critical: 0.5, direction: "below" });
  });

  it("looks over at least four collections", () => {
    const windows = (scrapeSeconds: number) => {
      const text = JSON.stringify(signalCatalogue({ ...usualInput, scrapeSeconds }));
      return new Set([...text.matchAll(/\[(\d+)s\]/g)].map(([, window]) => Number(window)));
    };
    assert.deepEqual(windows(5), new Set([30]));
    assert.deepEqual(windows(60), new Set([240]));
  });

  it("is told to the dashboard with the rule's name where there is a rule", () => {
    const stack = { stack: "dev", domain: "www.foobar.com", links: [], hosts: [], runbook: "/runbook" };
    const told = JSON.parse(dashboardSignals(stack, usualInput));
    assert.deepEqual(Object.keys(told), [
      "stack",
      "domain",
      "links",
      "hosts",
      "runbook",
      "headlines",
      "drills",
      "signals",
    ]);
    const qps = told.signals.find(({ id }: { id: string }) => id === "qps");
    assert.deepEqual([qps.expr, qps.legend, qps.unit], ["site:requests:rate", "all", "req/s"]);
    assert.deepEqual(Object.keys(qps).sort(), [
      ...["expr", "group", "id", "kind", "legend", "meaning", "runbook", "thresholds", "title", "unit"],
    ]);
  });
});

describe("the writer of the database", () => {
  const writer = drawn.find(({ id }) => id === "database-writer")?.onebox.expr;
  const series = (metric: string, server: string, values: string) => ({
    series: `haproxy_server_${metric}{job="database-proxy",proxy="writer",server="${server}"}`,
    values,
  });

  it("is the node with the newest session, and of two within one second the one whose sessions are open", () => {
    const at = (time: string, one: number, two: number) => ({
      expr: writer,
      eval_time: time,
      exp_samples: [
        { labels: '{server="db-1"}', value: one },
        { labels: '{server="db-2"}', value: two },
      ],
    });
    const input_series = [
      series("last_session_seconds", "db-1", "0 5 10 15"),
      series("last_session_seconds", "db-2", "-1 5 10 15"),
      series("current_sessions", "db-1", "3 0 0 0"),
      series("current_sessions", "db-2", "0 3 3 3"),
    ];
    const test = {
      evaluation_interval: "5s",
      rule_files: [place.text("none.yml", JSON.stringify({ groups: [] }))],
      tests: [{ interval: "5s", input_series, promql_expr_test: [at("0s", 1, 0), at("15s", 0, 1)] }],
    };
    const path = place.text("writer.yml", JSON.stringify(test));
    const { code, text } = place.run(["promtool", "test", "rules", path]);
    assert.equal(code, 0, text);
  });
});

/** One case of promtool's: series over time, and what is told at some moments. */
interface Case {
  readonly name: string;
  /** Series → values, an interval apart, in promtool's notation. */
  readonly series: Readonly<Record<string, string>>;
  /** How often metrics are collected. */
  readonly seconds: number;
  /** Moment and alert → labels of those that are told. */
  readonly told: readonly (readonly [
    at: string,
    alert: string,
    ...labels: Readonly<Record<string, string>>[],
  ])[];
}

const backupLabels = { group: "database", signal: "backup-age" };
const driftLabels = { group: "security", signal: "drift-check-age" };

/** A site under even load without a failure: what each case changes. */
const well: Case["series"] = {
  'balancer_requests_total{code="200",route="page"}': "0+100x5000",
  'probe_success{job="probe"}': "1x5000",
};
const server = (name: string) => `haproxy_server_status{proxy="web",state="UP",server="${name}"}`;

const cases: readonly Case[] = [
  {
    name: "a web server that stays down is told, and resolves",
    seconds: 5,
    series: { [server("web-1")]: "1x5 0x20 1x20", [server("web-2")]: "1x50" },
    told: [
      ["35s", "WebServerDown"],
      [
        "60s",
        "WebServerDown",
        { severity: "warning", group: "balancer", signal: "server-state", server: "web-1" },
      ],
      ["150s", "WebServerDown"],
    ],
  },
  {
    name: "the site is down when no balancer has a server",
    seconds: 5,
    series: {
      'balancer_active{host="lb-1"}': "1x50",
      'haproxy_backend_active_servers{proxy="web",host="lb-1"}': "3x5 0x40",
    },
    told: [
      ["20s", "SiteDown"],
      ["60s", "SiteDown", { severity: "critical", group: "overview", signal: "site-up" }],
    ],
  },
  {
    name: "a burst of failures burns the budget fast, and the alert ends soon after it",
    seconds: 60,
    series: { ...well, 'balancer_requests_total{code="500",route="page"}': "0x60 0+5x10 50x300" },
    told: [
      ["60m", "ErrorBudgetBurnsFast"],
      // 50 of 6000 requests in the hour are 0.8 %: not yet 14.4 times the objective's 0.1 %.
      ["70m", "ErrorBudgetBurnsFast"],
    ],
  },
  {
    name: "an outage wakes somebody within minutes, and is over when it is over",
    seconds: 60,
    series: { ...well, 'probe_success{job="probe"}': "1x120 0x5 1x400" },
    told: [
      ["120m", "ErrorBudgetBurnsFast"],
      ["124m", "ErrorBudgetBurnsFast", { severity: "critical", group: "overview", signal: "error-budget" }],
      ["140m", "ErrorBudgetBurnsFast"],
    ],
  },
  {
    name: "a trickle of failures is told slowly",
    seconds: 3600,
    series: {
      'balancer_requests_total{code="200",route="page"}': "0+1000x90",
      'balancer_requests_total{code="500",route="page"}': "0+2x90",
      'probe_success{job="probe"}': "1x90",
    },
    told: [
      ["80h", "ErrorBudgetBurnsFast"],
      ["80h", "ErrorBudgetBurns"],
      ["80h", "ErrorBudgetBurnsSlowly", { severity: "warning", group: "overview", signal: "error-budget" }],
    ],
  },
  {
    name: "a port that no flow leads to is told",
    seconds: 5,
    series: { 'host_unexpected_listeners{host="web-1"}': "0x3 1x20" },
    told: [
      ["10s", "UnexpectedPort"],
      [
        "70s",
        "UnexpectedPort",
        { severity: "critical", group: "security", signal: "unexpected-listeners", host: "web-1" },
      ],
    ],
  },
  {
    name: "a site that takes TLS 1.1 is told, and one that takes 1.2 and 1.3 is not",
    seconds: 5,
    series: {
      'probe_tls_version_info{job="probe",version="TLS 1.3"}': "1x60",
      'probe_success{job="probe-outdated"}': "0x20 1x30",
    },
    told: [
      ["90s", "TlsGotWorse"],
      // Both; Alertmanager tells the worse one alone.
      [
        "200s",
        "TlsGotWorse",
        { severity: "critical", group: "security", signal: "tls-grade" },
        { severity: "warning", group: "security", signal: "tls-grade" },
      ],
    ],
  },
  {
    name: "databases that are all read-only are told, and one that is not is enough",
    seconds: 5,
    series: {
      'mysql_global_variables_read_only{host="db-1"}': "0x5 1x60",
      'mysql_global_variables_read_only{host="db-2"}': "1x5 1x30 0x60",
    },
    told: [
      ["50s", "AllDatabasesReadOnly"],
      [
        "100s",
        "AllDatabasesReadOnly",
        { severity: "critical", group: "database", signal: "database-writable" },
      ],
      ["200s", "AllDatabasesReadOnly"],
    ],
  },
  {
    name: "no verified backup for the hours that are set is told, and twice as many is critical",
    seconds: 3600,
    // Two servers made one at hour 0 and none since; a third has never made one.
    series: {
      [`${backupMetric}{host="db-1"}`]: "3600x100",
      [`${backupMetric}{host="db-2"}`]: "1800x100",
      [`${backupMetric}{host="db-3"}`]: "0x100",
    },
    told: [
      ["26h", "BackupTooOld"],
      ["29h", "BackupTooOld", { severity: "warning", ...backupLabels }],
      [
        "56h",
        "BackupTooOld",
        { severity: "critical", ...backupLabels },
        { severity: "warning", ...backupLabels },
      ],
    ],
  },
  {
    name: "a stack of which no backup is ever known is told after the same hours",
    seconds: 3600,
    series: { [`${backupMetric}{host="db-3"}`]: "0x100" },
    told: [
      ["25h", "BackupTooOld"],
      ["27h", "BackupTooOld", { severity: "warning", silence: "true", ...backupLabels }],
    ],
  },
  {
    name: "hosts that were not compared with the state for the hours that are set are told, one of several too",
    seconds: 3600,
    series: {
      [`${driftCheckMetric}{host="db-1"}`]: "0+3600x400",
      [`${driftCheckMetric}{host="db-2"}`]: "0x400",
    },
    told: [
      ["168h", "DriftCheckTooOld"],
      ["171h", "DriftCheckTooOld", { severity: "warning", ...driftLabels }],
    ],
  },
  {
    name: "a stack of which no look for drift is ever known is told after the same hours",
    seconds: 3600,
    series: {},
    told: [
      ["167h", "DriftCheckTooOld"],
      ["169h", "DriftCheckTooOld", { severity: "warning", silence: "true", ...driftLabels }],
    ],
  },
  {
    name: "lines that wait while none is sent are told, and a queue that moves is not",
    seconds: 60,
    series: {
      'log_lines_queued{host="web-1",destination="monitor"}': "0x10 50+5x40",
      'log_lines_written_total{host="web-1",destination="monitor"}': "0+10x10 100x40",
      'log_lines_queued{host="web-2",destination="monitor"}': "500x50",
      'log_lines_written_total{host="web-2",destination="monitor"}': "0+10x50",
    },
    told: [
      ["12m", "LogsNotDelivered"],
      [
        "25m",
        "LogsNotDelivered",
        {
          severity: "warning",
          group: "hosts",
          signal: "logs-undelivered",
          host: "web-1",
          destination: "monitor",
        },
      ],
    ],
  },
  {
    name: "messages that are not delivered are told, by who sends them and by what",
    seconds: 5,
    series: {
      'alertmanager_notifications_failed_total{host="monitor",integration="webhook"}': "0x10 1x100",
      'alertmanager_notifications_failed_total{host="monitor",integration="email"}': "0x110",
      'alertmanager_notifications_failed_total{host="lb-2",integration="webhook"}': "7x110",
    },
    told: [
      ["50s", "AlertsNotDelivered"],
      [
        "100s",
        "AlertsNotDelivered",
        {
          severity: "critical",
          group: "overview",
          signal: "alerts-undelivered",
          host: "monitor",
          integration: "webhook",
        },
      ],
      ["420s", "AlertsNotDelivered"],
    ],
  },
  {
    name: "the heartbeat always fires, whatever is known",
    seconds: 60,
    series: {},
    told: [
      ["0s", "Heartbeat", { severity: "none", group: "overview", signal: "heartbeat" }],
      ["500m", "Heartbeat", { severity: "none", group: "overview", signal: "heartbeat" }],
    ],
  },
];

/** Hosts of a tier each, and what each tells besides its node's metrics. */
const tellers = [
  { host: "db-1", tier: "database", own: "mysql" },
  { host: "lb-1", tier: "balancer", own: "balancer" },
  { host: "monitor", tier: "monitor", own: "alertmanager" },
];

/** Everything that a database host, a balancer, the monitor and the probe tell when all is well. */
const complete: Case["series"] = Object.fromEntries(
  [
    ...tellers.flatMap(({ host, tier, own }) => {
      const ofHost = (series: string, job: string) => {
        const labels = `host="${host}",tier="${tier}",job="${job}"`;
        return series.includes("{") ? series.replace("{", `{${labels},`) : `${series}{${labels}}`;
      };
      const told = Object.entries(presence).flatMap(([series, who]) => {
        if ("quiet" in who) return [];
        if (who.by.includes("tier=") && !who.by.includes(`"${tier}"`)) return [];
        return ["node", own]
          .filter((job) => who.by.includes(`job="${job}"`))
          .map((job) => ofHost(series, job));
      });
      return [ofHost("up", "node"), ofHost("up", own), ...told];
    }),
    ...["probe", "probe-outdated"].flatMap((job) => [`up{job="${job}"}`, `probe_success{job="${job}"}`]),
  ].map((series) => [series, "1x200"]),
);

const without = (pattern: RegExp): Case["series"] =>
  Object.fromEntries(
    Object.entries(complete).map(([series, values]) => [
      series,
      pattern.test(series) ? "1x20 _x180" : values,
    ]),
  );

/** A rule as it stands in the file. */
interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

describe("the alert rules", () => {
  /** The rules of some alerts and what they are made of, without their texts. */
  function rulesOf(alerts: readonly string[], scrapeSeconds: number) {
    const input = { ...usualInput, scrapeSeconds };
    const all: readonly Rule[] = JSON.parse(renderRules(input, page)).groups.flatMap(
      ({ rules }: { rules: readonly Rule[] }) => rules,
    );
    const wanted = all.filter(({ alert = "" }) => alerts.includes(alert));
    const needed = all.filter(({ record }) => record && wanted.some(({ expr }) => expr.includes(record)));
    return [
      ...needed,
      ...wanted.map(({ alert, expr, for: after, labels }) => ({ alert, expr, for: after, labels })),
    ];
  }

  const missingLabels = { severity: "warning", group: "hosts", signal: "metrics-missing" };
  const silences: readonly Omit<Case, "seconds">[] = [
    { name: "hosts that tell everything", series: complete, told: [["15m", "MetricsMissing"]] },
    ...Object.entries(presence).flatMap(([series, who]): Omit<Case, "seconds">[] => {
      if ("quiet" in who) return [];
      const metric = series.replace(/\{.*/, "");
      const told = Object.keys(complete).filter((each) => each.startsWith(metric));
      return [
        {
          name: `${series} being gone`,
          series: without(new RegExp(`^${metric}\\{`)),
          told: [
            ["100s", "MetricsMissing"],
            [
              "12m",
              "MetricsMissing",
              ...told.map((teller) => ({
                ...missingLabels,
                metric,
                ...Object.fromEntries(
                  [...teller.matchAll(/(host|tier|job)="([^"]+)"/g)].map(([, label = "", value = ""]) => [
                    label,
                    value,
                  ]),
                ),
              })),
            ],
          ],
        },
      ];
    }),
  ];
  const silent: readonly Case[] = silences.map((each) => ({ ...each, seconds: 5 }));

  for (const { name, series, seconds, told } of [...cases, ...silent]) {
    it(name, () => {
      const test = {
        rule_files: [
          place.text(
            "rules-under-test.yml",
            JSON.stringify({
              groups: [
                {
                  name: "under test",
                  rules: rulesOf(
                    told.map(([, alert]) => alert),
                    seconds,
                  ),
                },
              ],
            }),
          ),
        ],
        evaluation_interval: `${seconds}s`,
        tests: [
          {
            interval: `${seconds}s`,
            input_series: Object.entries(series).map(([key, values]) => ({ series: key, values })),
            alert_rule_test: told.map(([at, alertname, ...labels]) => ({
              eval_time: at,
              alertname,
              exp_alerts: labels.map((one) => ({ exp_labels: one })),
            })),
          },
        ],
      };
      const { code, text } = place.run([
        "promtool",
        "test",
        "rules",
        place.text("test.yml", JSON.stringify(test)),
      ]);
      assert.equal(code, 0, text);
    });
  }

  it("have a decision for each series that they are made of: who is missed without it, or why nobody is", () => {
    const all: readonly Rule[] = JSON.parse(renderRules(usualInput, page)).groups.flatMap(
      ({ rules }: { rules: readonly Rule[] }) => rules,
    );
    const records = new Map(all.flatMap(({ record, expr }) => (record ? [[record, expr] as const] : [])));
    const expanded = (expr: string): string =>
      expr.replaceAll(
        /[a-z]\w*(?::\w+)+/g,
        (name) => `(${expanded(records.get(name) ?? `unknown_${name}`)})`,
      );
    // Names with an underscore, outside of labels and texts, that no "(" follows: neither functions nor words.
    const metricsOf = (expr: string) =>
      expanded(expr)
        .replaceAll(/"[^"]*"/g, "")
        .replaceAll(/\{[^}]*\}/g, "")
        .match(/\b(?:[a-z]\w*_\w+|up)\b(?!\s*\()/g) ?? [];
    const used = new Set(all.filter(({ alert }) => alert).flatMap(({ expr }) => metricsOf(expr)));
    const decided = new Set(Object.keys(presence).map((series) => series.replace(/\{.*/, "")));
    assert.deepEqual([...used].sort(), [...decided].sort());
    for (const [series, who] of Object.entries(presence))
      if ("quiet" in who) assert.ok(who.quiet.length > 20, series);
  });

  it("say what it is, what it means and where the runbook is", () => {
    type Texts = Readonly<Record<"annotations" | "labels", Readonly<Record<string, string>>>>;
    const groups: { name: string; rules: Texts[] }[] = JSON.parse(renderRules(usualInput, page)).groups;
    const alerts = groups.find(({ name }) => name === "alerts")?.rules ?? [];
    assert.ok(alerts.length > 30, String(alerts.length));
    for (const { annotations, labels } of alerts) {
      const hasValue = labels.silence === undefined && labels.severity !== "none";
      assert.match(annotations.summary ?? "", hasValue ? /\{\{/ : /^\w[^{]+$/);
      assert.ok(annotations.description);
      const [address, anchor = ""] = annotations.runbook?.split("#") ?? [];
      assert.equal(address, page);
      assert.ok(sections.has(anchor), anchor);
    }
  });
});
