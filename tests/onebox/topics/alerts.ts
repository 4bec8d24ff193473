/** People are told in time, of what is true, and also when the monitor itself can no longer tell. */
import assert from "node:assert/strict";
import { z } from "zod";
import { ports } from "../../../hosts/ports.ts";
import { until } from "../../../provider/system.ts";
import { setLink, sqlInHost, untilDatabaseWhole } from "../../../tools/drills/hosts.ts";
import { ask } from "../../../tools/drills/http.ts";
import { query, queryNumber } from "../support/prometheus.ts";
import type { TestStack } from "../support/stack.ts";
import type { Webhook } from "../support/webhook.ts";

/** The balancer that watches: the monitor stands in zone a. */
const watcher = "lb-2";

/** An alert that runs out is told as over when its group is looked at next, after `group_interval`. */
const newsMilliseconds = 40_000;

const active = z.array(z.object({ labels: z.record(z.string(), z.string()), endsAt: z.string() }));

/** When the monitor's Alertmanager takes an alert to be over unless it hears of it again, milliseconds; null if it has. */
async function endOf(stack: TestStack, alertname: string): Promise<number | null> {
  const url = `http://127.0.0.1:${ports.alertmanager}/api/v2/alerts`;
  const { stdout } = await stack.inHost("monitor", `curl --silent --fail ${url}`);
  const found = active.parse(JSON.parse(stdout)).find(({ labels }) => labels.alertname === alertname);
  return found === undefined ? null : Date.parse(found.endsAt);
}

/** Declares the tests. */
export function alerts(
  stack: () => TestStack,
  webhook: () => Webhook,
  topology: { webs: readonly string[]; databases: readonly string[] },
): void {
  const [web = ""] = topology.webs.slice(-1);
  const webDown = () => ({ alertname: "WebServerDown", server: web, stack: stack().name });
  const monitorDown = (part: string) => ({
    alertname: "MonitorDown",
    host: "monitor",
    part,
    stack: stack().name,
  });
  const allDatabases = (sql: string) =>
    Promise.all(topology.databases.map((name) => sqlInHost(stack().directory, name, sql)));

  // Of the last two evaluations alone: what was written before an end is found for minutes.
  const downSince = 'max(last_over_time(ALERTS_FOR_STATE{alertname="WebServerDown"}[10s]))';
  /** What Prometheus answers to that before it ends. */
  let since: number | null = null;
  /** When the alert on the web server would be over, had nobody held it. */
  let runsOut: number | null = null;

  describe("people", () => {
    it("are watched over: a balancer in another zone sees all that it looks at, and the monitor looks at both who tell", async () => {
      const seen = async (expr: string) => {
        const url = `http://127.0.0.1:${ports.prometheus}/api/v1/query?query=${expr}`;
        const { stdout } = await stack().inHost(watcher, `curl --silent --fail '${url}'`);
        return [...stdout.matchAll(/"host":"([^"]+)"/g)].map(([, host]) => host);
      };
      for (const metric of [
        'up{job="prometheus"}==1',
        'up{job="alertmanager"}==1',
        "prometheus_notifications_sent_total>0",
        "sum by(host)(alertmanager_notification_requests_total)",
        "sum by(host)(alertmanager_notification_requests_failed_total)",
      ])
        await until(`${metric} at ${watcher}`, 60_000, async () => {
          const hosts = (await seen(encodeURIComponent(metric))).join(" ");
          return hosts === "monitor" ? null : `of ${hosts || "no host"}`;
        });
      const tellers = await query(stack(), "sum by (host) (alertmanager_notifications_failed_total)");
      assert.deepEqual(tellers.map(({ labels }) => labels.host).sort(), [watcher, "monitor"]);
    });

    it("are told of a web server that stays down, and of databases of which none takes a write", async () => {
      await stack().inHost(web, "s6-svc -wd -T 20000 -d /run/scan/web");
      await allDatabases("SET GLOBAL read_only=ON");
      const told = await webhook().told("firing", webDown(), 120_000);
      assert.match(told.annotations.summary ?? "", new RegExp(web));
      assert.equal(told.annotations.runbook, `${stack().outputs.dashboards.overview}runbook#web-server-down`);
      await webhook().told("firing", { alertname: "AllDatabasesReadOnly", stack: stack().name }, 60_000);
      assert.equal((await ask(stack().site, { path: "/" })).status, 200);
      await allDatabases("SET GLOBAL read_only=OFF");
      await untilDatabaseWhole(stack().directory, topology.databases);
      await until("the end of the alert", 60_000, async () =>
        (await query(stack(), 'ALERTS{alertname="AllDatabasesReadOnly"}')).length === 0 ? null : "it goes on",
      );
    });

    it("are told by another host that Prometheus is gone, and then that the whole monitor is cut off", async () => {
      since = await queryNumber(stack(), downSince);
      await stack().inHost("monitor", "s6-svc -wd -T 20000 -d /run/scan/prometheus");
      runsOut = await endOf(stack(), "WebServerDown");
      const { stdout } = await stack().command("status", "--json").ended;
      assert.match(stdout, /the monitor does not answer/);
      const told = await webhook().told("firing", monitorDown("prometheus"), 120_000);
      assert.equal(told.annotations.runbook, "docs/runbook.md#monitor-down");
      assert.equal(webhook().count("firing", monitorDown("alertmanager")), 0);
      await setLink(stack().directory, "monitor", "down");
      await webhook().told("firing", monitorDown("alertmanager"), 120_000);
      await setLink(stack().directory, "monitor", "up");
    });

    it("are not told that what nobody computes is over, nor when a new Prometheus finds out", async () => {
      const end = runsOut;
      assert.ok(end, "the alert was not active");
      await until("the time at which the alert would have run out and been told", 180_000, () =>
        Date.now() > end + newsMilliseconds ? null : `${end + newsMilliseconds - Date.now()} ms are left`,
      );
      assert.ok(((await endOf(stack(), "WebServerDown")) ?? 0) > Date.now(), "it ran out");
      await stack().inHost("monitor", "s6-svc -u /run/scan/prometheus");
      for (const part of ["alertmanager", "prometheus"])
        await webhook().told("resolved", monitorDown(part), 120_000);
      await until("a new Prometheus knowing since when the web server is down", 60_000, async () => {
        const now = await queryNumber(stack(), downSince).catch(() => null);
        return now === since ? null : `since ${now}, it was ${since}`;
      });
      assert.equal(webhook().count("resolved", webDown()), 0);
    });

    it("are told of the end of what is over", async () => {
      await stack().inHost(web, "s6-svc -u /run/scan/web");
      await webhook().told("resolved", webDown(), 150_000);
      assert.equal(webhook().count("firing", webDown()), 1);
    });
  });
}
