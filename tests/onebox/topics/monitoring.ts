/** What the monitor knows is true, and it tells people in time. */
import assert from "node:assert/strict";
import { until } from "../../../provider/system.ts";
import { ask, keepAlive } from "../../../tools/drills/http.ts";
import { query, queryNumber } from "../support/prometheus.ts";
import type { TestStack } from "../support/stack.ts";

/** Requests of the bounded load. */
const asked = 600;
/** How far the web servers' count may be from the balancers'. */
const tolerance = 0.01;

const atBalancers = 'sum(balancer_requests_total{route="api"})';
const atServers = 'sum(web_requests_total{route="api"})';
/** How often a count moved within several scrapes, on either side. */
const stillCounting =
  'sum(changes(balancer_requests_total{route="api"}[25s])) + sum(changes(web_requests_total{route="api"}[25s]))';

/** Declares the tests. */
export function monitoring(
  stack: () => TestStack,
  topology: { webs: readonly string[]; hosts: readonly string[] },
): void {
  const [web = ""] = topology.webs.slice(-1);

  describe("the monitor", () => {
    it("counts at the web servers what it counts at the balancers", async () => {
      // A first request of the kind, so that there is a count to start from.
      await ask(stack().site, { path: "/api/whoami" });
      const counts = async () =>
        [await queryNumber(stack(), atBalancers), await queryNumber(stack(), atServers)] as const;
      const untilCounted = (what: string, holds: (balancers: number, servers: number) => boolean) =>
        until(what, 60_000, async () => {
          const [balancers, servers] = await counts().catch(() => [0, 0] as const);
          return holds(balancers, servers) ? null : `${balancers} and ${servers}`;
        });
      await untilCounted("a first request counted on both sides", (...both) => Math.min(...both) >= 1);
      await until("the count of what was asked before", 60_000, async () =>
        (await queryNumber(stack(), stillCounting).catch(() => 1)) === 0 ? null : "it goes on",
      );
      const [balancersBefore, serversBefore] = await counts();
      const agent = keepAlive(8);
      for (let sent = 0; sent < asked; sent += 8)
        await Promise.all(
          Array.from({ length: 8 }, async () => {
            assert.equal((await ask(stack().site, { path: "/api/whoami", agent })).status, 200);
          }),
        );
      agent.destroy();
      await untilCounted(
        `${asked} requests counted on both sides`,
        (balancers, servers) =>
          Math.min(balancers - balancersBefore, servers - serversBefore) >= asked * (1 - tolerance),
      );
      const [balancers, servers] = await counts();
      const difference = Math.abs(balancers - balancersBefore - (servers - serversBefore));
      assert.ok(difference <= asked * tolerance, `they differ by ${difference} of ${asked}`);
      const spread = await query(stack(), 'sum by (host) (web_requests_total{route="api"})');
      assert.deepEqual(spread.map(({ labels }) => labels.host).sort(), [...topology.webs].sort());
    });

    it("finds the site answering by its name at the visitors' address, with days left and a good grade", async () => {
      await until("the probe", 60_000, async () =>
        (await queryNumber(stack(), "site:probe:up").catch(() => 0)) === 1 ? null : "it fails",
      );
      const days = await queryNumber(
        stack(),
        '(min(probe_ssl_earliest_cert_expiry{job="probe"}) - time()) / 86400',
      );
      assert.ok(days > 80 && days <= 91, `${days} days`);
      assert.equal(
        await queryNumber(stack(), 'max(probe_tls_version_info{job="probe",version="TLS 1.3"})'),
        1,
      );
      assert.equal(await queryNumber(stack(), 'max(probe_success{job="probe-outdated"})'), 0);
    });

    it("finds no port that no flow leads to and no file that runs as somebody else, until there is one", async () => {
      for (const metric of ["host_unexpected_listeners", "host_setuid_files"]) {
        const found = await query(stack(), metric);
        assert.deepEqual(
          found.map(({ labels, value }) => `${labels.host} ${value}`).sort(),
          topology.hosts.map((host) => `${host} 0`).sort(),
          metric,
        );
      }
      const listening = stack().inHost(web, "timeout 150 socat TCP-LISTEN:4445 STDOUT", { accept: "any" });
      await stack().inHost(web, "touch /run/host/data/odd; chmod 4755 /run/host/data/odd");
      await until("both being found", 140_000, async () => {
        const found = await query(stack(), "host_unexpected_listeners == 1 and host_setuid_files == 1");
        return found.some(({ labels }) => labels.host === web) ? null : "not yet";
      });
      await stack().inHost(web, "rm /run/host/data/odd; pkill -x socat", { accept: "any" });
      await listening;
    });

    it("shares no answer of its pages with a page of another origin", async () => {
      for (const path of [
        "/prometheus/api/v1/query?query=up",
        "/prometheus/api/v1/alerts",
        "/signals.json",
      ]) {
        const { status, headers } = await ask(stack().dashboards, {
          path,
          headers: { origin: "https://evil.example" },
        });
        const shared = Object.keys(headers).filter((name) => name.startsWith("access-control-"));
        assert.deepEqual([status, shared], [200, []], path);
      }
    });

    it("counts logins that the database refuses", async () => {
      const refused = "sum(mysql_global_status_access_denied_errors)";
      const before = await queryNumber(stack(), refused);
      const attempt =
        "mariadb --no-defaults --host=database --port=3306 --user=site --password=wrong --ssl -e 'SELECT 1'";
      await stack().inHost(web, attempt, { accept: "any" });
      await until("the refused login being counted", 60_000, async () =>
        (await queryNumber(stack(), refused)) > before ? null : "not yet",
      );
    });
  });
}
