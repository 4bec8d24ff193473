/** Both pages for people who use a keyboard or a screen reader. */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { accessibilityFindings, tabStops } from "../support/inPage.ts";
import { visit } from "../support/visit.ts";

/** Declares the tests. */
export function accessibility(browser: () => Browser, site: () => string, dashboard: () => string): void {
  const views = ["overview", "balancer", "web", "database", "hosts", "security"];
  const pages: readonly (readonly [string, () => string, (page: Page) => Promise<void>])[] = [
    ["the site", site, (page) => page.locator("#freshness", { hasText: /^Read by/ }).waitFor()],
    ["the guest book", () => `${site()}/guestbook`, (page) => page.getByLabel("Message").waitFor()],
    [
      "the runbook",
      () => `${dashboard()}runbook`,
      (page) => page.getByRole("heading", { name: "site-down" }).waitFor(),
    ],
    ...views.map((view) => {
      const drawn = `#section-${view} figure :is(.legend .value, .band)`;
      const ready = (page: Page) => page.locator(drawn).first().waitFor();
      return [`the dashboard's ${view}`, () => `${dashboard()}#${view}`, ready] as const;
    }),
  ];

  describe("accessibility", () => {
    for (const [name, url, ready] of pages) {
      for (const scheme of ["light", "dark"] as const) {
        it(`axe has nothing against ${name}, ${scheme}`, async () => {
          const { page, close } = await visit(browser(), url(), { scheme });
          await ready(page);
          assert.deepEqual(await accessibilityFindings(page), []);
          await close();
        });
      }
    }

    it("an entry can be left by keyboard alone", async () => {
      const { page, close } = await visit(browser(), site());
      await page.locator("#freshness", { hasText: /^Read by/ }).waitFor();
      assert.deepEqual(await tabStops(page), [
        "Skip to the content",
        "foobar",
        "Guest book",
        "Ask again",
        "Name",
        "Message",
        "Leave entry",
      ]);
      await page.getByLabel("Name").focus();
      await page.keyboard.type("A keyboard");
      await page.keyboard.press("Tab");
      await page.keyboard.type("without a mouse");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.getByRole("status").filter({ hasText: "Stored by" }).waitFor();
      await close();
    });

    it("Tab comes to everything on the dashboard, and shows where it is", async () => {
      const { page, close } = await visit(browser(), dashboard());
      await page.locator(".legend .value").first().waitFor();
      const first = await tabStops(page);
      await page.goto(`${dashboard()}#hosts`);
      const stops = [...first, ...(await tabStops(page))];
      for (const wanted of [
        "Skip to the content",
        "15 min",
        "Pause",
        "Overview",
        "Security",
        "State of every host",
        "Requests per second in numbers",
        "Statistics of lb-1",
      ]) {
        assert.ok(stops.includes(wanted), `${wanted} is not among ${stops.join(", ")}`);
      }
      await page.getByRole("radio", { name: "15 min" }).focus();
      await page.keyboard.press("ArrowRight");
      await page.waitForURL(/\?range=1h/);
      await close();
    });

    it("every chart says in words what it shows", async () => {
      const { page, close } = await visit(browser(), dashboard(), { height: 6000 });
      const plots = page.getByRole("img", { name: /, last 15 min\. / });
      await plots.first().waitFor();
      await page
        .getByRole("img", { name: /^Requests per second, last 15 min\. all: now [\d.]+ req\/s/ })
        .waitFor();
      await page.locator('summary[aria-label="Requests per second in numbers"]').click();
      const numbers = page.getByRole("table", { name: "Requests per second in numbers" });
      await numbers.getByRole("row", { name: /^all( [\d.]+ req\/s){4}$/ }).waitFor();
      await page.goto(`${dashboard()}#balancer`);
      await page.getByRole("img", { name: /^lb-1: now (active|standby)\. Last 15 min/ }).waitFor();
      await close();
    });
  });
}
