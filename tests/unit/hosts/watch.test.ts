/** Another host watches the monitor: what it asks, and when it tells people. */
import assert from "node:assert/strict";
import { watchFiles, watchRules } from "../../../hosts/watch.ts";
import { Workplace } from "./support/workplace.ts";

const place = new Workplace();
after(() => place.close());

const scrapeSeconds = 5;
const files = () =>
  watchFiles({
    layout: place.layout,
    monitor: { name: "monitor", tier: "monitor", zone: "a", alerts: true },
    scrapeSeconds,
    tls: place.tls("prometheus"),
    stack: "dev",
  });

/** What the monitor tells of itself, ten minutes of it, 5 s apart, when all is well. */
const well = {
  'up{job="prometheus",host="monitor"}': "1x120",
  'up{job="alertmanager",host="monitor"}': "1x120",
  // Every 20 s the alert that always fires.
  'prometheus_notifications_sent_total{host="monitor"}': "0 1 1 1 1+1x3 4x3 5+0.25x110",
  'alertmanager_notification_requests_total{host="monitor",integration="webhook"}': "3x120",
  'alertmanager_notification_requests_failed_total{host="monitor",integration="webhook"}': "0x120",
  'alertmanager_notification_requests_total{host="monitor",integration="email"}': "0x120",
  'alertmanager_notification_requests_failed_total{host="monitor",integration="email"}': "0x120",
};

/** Changes of it, and which parts are told at which moments. */
const cases: readonly (readonly [
  name: string,
  changed: Readonly<Partial<Record<keyof typeof well, string>>>,
  told: Readonly<Record<string, readonly string[]>>,
])[] = [
  ["says nothing while all is well", {}, { "60s": [], "580s": [] }],
  [
    "says that Prometheus does not answer, after half a minute, and that it is over",
    { 'up{job="prometheus",host="monitor"}': "1x10 0x20 1x90" },
    { "80s": [], "100s": ["prometheus"], "170s": [] },
  ],
  [
    "says nothing of one answer that is missing",
    { 'up{job="prometheus",host="monitor"}': "1x10 0x2 1x100" },
    { "90s": [] },
  ],
  [
    "says that Alertmanager does not answer",
    { 'up{job="alertmanager",host="monitor"}': "1x10 0x110" },
    { "100s": ["alertmanager"] },
  ],
  [
    "says of a host that is gone what is missing of it",
    {
      'up{job="prometheus",host="monitor"}': "1x10 0x110",
      'up{job="alertmanager",host="monitor"}': "1x10 0x110",
    },
    { "100s": ["alertmanager", "prometheus"] },
  ],
  [
    "says that Prometheus answers and tells nothing",
    { 'prometheus_notifications_sent_total{host="monitor"}': "0+0.25x40 10x80" },
    { "200s": [], "330s": ["rules"] },
  ],
  [
    "says that no message is delivered",
    {
      'alertmanager_notification_requests_total{host="monitor",integration="webhook"}': "3x20 4x100",
      'alertmanager_notification_requests_failed_total{host="monitor",integration="webhook"}': "0x20 1x100",
    },
    { "100s": [], "150s": ["messages"], "500s": [] },
  ],
  [
    "leaves it to the monitor to say that one of several receivers fails",
    {
      'alertmanager_notification_requests_total{host="monitor",integration="webhook"}': "3x20 4x100",
      'alertmanager_notification_requests_failed_total{host="monitor",integration="webhook"}': "0x20 1x100",
      'alertmanager_notification_requests_total{host="monitor",integration="email"}': "0x20 1x100",
    },
    { "150s": [] },
  ],
];

describe("the watch over the monitor", () => {
  it("accepts what it is told", () => {
    place.put(files());
    const config = `${place.layout.etc}/prometheus/prometheus.yml`;
    const { code, text } = place.run(["promtool", "check", "config", config]);
    assert.equal(code, 0, text);
    assert.match(text, /4 rules found/);
  });

  it("asks the monitor alone, for what it tells of itself, and tells its own Alertmanager", () => {
    const parsed = JSON.parse(files()[`${place.layout.etc}/prometheus/prometheus.yml`]?.content ?? "");
    assert.deepEqual(
      parsed.scrape_configs.map(
        (job: { metrics_path: string; scheme: string; static_configs: { targets: string[] }[] }) => [
          job.scheme,
          job.metrics_path,
          job.static_configs.map(({ targets }) => targets),
        ],
      ),
      [
        ["https", "/prometheus", [["monitor:9443"]]],
        ["https", "/alertmanager", [["monitor:9443"]]],
      ],
    );
    assert.deepEqual(parsed.alerting.alertmanagers[0].static_configs, [{ targets: ["127.0.0.1:9093"] }]);
  });

  for (const [name, changed, told] of cases) {
    it(name, () => {
      const rules = watchRules(scrapeSeconds).map(({ annotations: _, ...rule }) => rule);
      const test = {
        rule_files: [place.text("rules.yml", JSON.stringify({ groups: [{ name: "watch", rules }] }))],
        evaluation_interval: `${scrapeSeconds}s`,
        tests: [
          {
            interval: `${scrapeSeconds}s`,
            input_series: Object.entries({ ...well, ...changed }).map(([series, values]) => ({
              series,
              values,
            })),
            alert_rule_test: Object.entries(told).map(([eval_time, parts]) => ({
              eval_time,
              alertname: "MonitorDown",
              exp_alerts: parts.map((part) => ({
                exp_labels: {
                  severity: "critical",
                  group: "overview",
                  signal: "monitor",
                  host: "monitor",
                  part,
                  ...(part === "prometheus" || part === "alertmanager" ? { job: part } : {}),
                },
              })),
            })),
          },
        ],
      };
      const argv = ["promtool", "test", "rules", place.text("test.yml", JSON.stringify(test))];
      const { code, text } = place.run(argv);
      assert.equal(code, 0, text);
    });
  }
});
