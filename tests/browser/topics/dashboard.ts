/** The dashboard, with the data of a stack under load. */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { until } from "../../../provider/system.ts";
import { untilOneBalancer } from "../../../tools/drills/hosts.ts";
import type { TestServer, TestStack } from "../../onebox/support/stack.ts";
import { drawnCharts, groundColour, sidewaysScroll } from "../support/inPage.ts";
import { type Look, patience, visit } from "../support/visit.ts";

/** High enough that every chart counts as in view, and is drawn. */
const whole: Look = { height: 6000 };

/** Charts that must have lines in them, by view. */
const charts = {
  Overview: ["Requests per second", "Latency, p50", "Latency, p95", "Latency, p99", "Failed requests"],
  "Web servers": ["Requests per second by web server", "Latency by web server, p99"],
  Database: ["Connections", "Queries per second"],
  Hosts: ["Processor", "Memory"],
};

const figure = (page: Page, title: string) =>
  page.getByRole("figure").filter({ has: page.getByRole("heading", { name: title, exact: true }) });

/** Lines shorter than this many pixels are dots. */
const lineLength = 20;

/** Waits until charts have a line and a value. */
async function untilDrawn(page: Page, ...titles: readonly string[]): Promise<void> {
  await until(`data in ${titles.join(", ")}`, patience, async () => {
    const drawn = await drawnCharts(page);
    const without = titles.filter((title) => {
      const { values, pixels } = drawn[title] ?? { values: [], pixels: 0 };
      return pixels < lineLength || !values.some((value) => /\d/.test(value));
    });
    return without.length === 0 ? null : `none in ${without.join(", ")}`;
  });
}

/** Waits for the alert of a web server that is down, and follows it to what the runbook says. */
async function firing(page: Page): Promise<void> {
  const alert = page
    .locator("#alerting")
    .getByRole("listitem")
    .filter({ hasText: /^▲?◆?WebServerDown .*web-2/ });
  await alert.getByRole("link", { name: "What to do about WebServerDown" }).click({ timeout: patience });
  await page.waitForURL(/\/runbook#web-server-down$/);
  await page.locator(":target", { hasText: "web-server-down" }).waitFor();
}

/** Declares the tests. */
export function dashboard(
  browser: () => Browser,
  stack: () => TestStack,
  servers: readonly TestServer[],
): void {
  const url = () => stack().outputs.dashboards.overview ?? "";
  const named = (role: TestServer["role"]) =>
    servers.filter((server) => server.role === role).map(({ name }) => name);

  describe("the dashboard", () => {
    it("draws requests, latency, errors, hosts and the database, without an error or a request elsewhere", async () => {
      const { page, problems, close } = await visit(browser(), url(), whole);
      const tiers = page.getByRole("navigation", { name: "Tiers" });
      for (const [view, titles] of Object.entries(charts)) {
        await tiers.getByRole("link", { name: view }).click();
        await untilDrawn(page, ...titles);
      }
      assert.deepEqual(problems, []);
      await close();
    });

    it("shows the state of every host and database node", async () => {
      const { page, close } = await visit(browser(), `${url()}#hosts`, whole);
      const hosts = page.getByRole("table", { name: "State of every host" });
      const nodes = page.getByRole("table", { name: "State of every database node" });
      for (const { name, role, zone } of servers) {
        const row = hosts.getByRole("row", { name: `${name} ${role}, zone ${zone}` });
        await row.getByRole("cell").filter({ hasText: /^up/ }).first().waitFor();
      }
      await page.goto(`${url()}#database`);
      for (const name of named("database")) {
        const row = nodes.getByRole("row").filter({ hasText: name });
        await row
          .getByRole("cell")
          .filter({ hasText: /^synced/ })
          .waitFor();
      }
      await nodes
        .getByRole("cell")
        .filter({ hasText: /^writer/ })
        .first()
        .waitFor();
      await close();
    });

    it("shows which balancer is active and which web servers are in rotation, as bands", async () => {
      const { page, close } = await visit(browser(), url(), whole);
      for (const [view, title, names] of [
        ["balancer", "Active balancer", named("balancer")],
        ["balancer", "Health check by web server", named("web")],
        ["database", "Node state", named("database")],
      ] as const) {
        await page.goto(`${url()}#${view}`);
        const rows = figure(page, title).locator(".band-row");
        await rows.first().waitFor();
        assert.deepEqual(await rows.locator(".name").allTextContents(), names, title);
        assert.ok((await rows.locator(".band").count()) >= names.length, title);
      }
      await close();
    });

    it("fits a phone, and follows the visitor's light or dark", async () => {
      const grounds = new Set<string>();
      for (const scheme of ["light", "dark"] as const) {
        const { page, close } = await visit(browser(), url(), { width: 360, height: 12_000, scheme });
        for (const view of ["overview", "balancer", "web", "database", "hosts", "security"]) {
          await page.goto(`${url()}#${view}`);
          await page.locator(`#section-${view} figure :is(.legend .value, .band)`).first().waitFor();
          assert.equal(await sidewaysScroll(page), 0, view);
        }
        grounds.add(await groundColour(page));
        await close();
      }
      assert.equal(grounds.size, 2, `light and dark look the same: ${[...grounds].join()}`);
    });

    it("says so when Prometheus does not answer, keeps what it had, and goes on when it is back", async () => {
      const { page, close } = await visit(browser(), url());
      await untilDrawn(page, "Requests per second");
      const trouble = page.getByRole("alert");
      await stack().inHost("monitor", "s6-svc -d /run/scan/prometheus");
      try {
        await trouble.filter({ hasText: "Prometheus does not answer" }).waitFor();
        assert.match((await trouble.textContent()) ?? "", /Everything below is from \d/);
        await untilDrawn(page, "Requests per second");
      } finally {
        await stack().inHost("monitor", "s6-svc -u /run/scan/prometheus");
      }
      await until("the end of the message", patience, async () => (await trouble.textContent()) || null);
      await untilDrawn(page, "Requests per second");
      await close();
    });

    it("marks a web server that goes and a balancer that takes over, and lists what is wrong", async () => {
      const { page, close } = await visit(browser(), url(), whole);
      await untilDrawn(page, "Requests per second");
      const active = await untilOneBalancer(stack().directory, named("balancer"));
      await stack().inHost("web-2", "s6-svc -d /run/scan/web");
      await stack().inHost(active, "s6-svc -d /run/scan/keepalived");
      try {
        for (const event of ["Web server left rotation: web-2", `Active balancer moved: ${active} → `]) {
          await page.locator(".events").getByText(event).waitFor();
          await page
            .getByRole("img", { name: new RegExp(`^Requests per second.* Marked: .*${event}`) })
            .waitFor();
        }
        const finding = page
          .getByRole("listitem")
          .filter({ hasText: "web-2: Health check by web server is down" });
        await finding.getByRole("img", { name: "critical" }).waitFor();
        await page
          .getByRole("status")
          .filter({ hasText: /^Needs attention: \d+ critical/ })
          .waitFor();
        await firing(page);
      } finally {
        await stack().inHost(active, "s6-svc -u /run/scan/keepalived");
        await stack().inHost("web-2", "s6-svc -u /run/scan/web");
      }
      await close();
    });

    it("shows the statistics page of every balancer", async () => {
      for (const name of named("balancer")) {
        const { page, problems, close } = await visit(
          browser(),
          stack().outputs.dashboards[`statistics-${name}`] ?? "",
        );
        await page.getByText("web-1").first().waitFor();
        assert.deepEqual(problems, []);
        await close();
      }
    });
  });
}
