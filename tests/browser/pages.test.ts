/** The site and the dashboard in headless Chromium, on a stack under a bounded load. */
import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { type OpenBrowser, openBrowser } from "../../tools/browser.ts";
import { type Reading, startReading } from "../../tools/drills/load.ts";
import { type TestServer, TestStack } from "../onebox/support/stack.ts";
import { accessibility } from "./topics/accessibility.ts";
import { dashboard } from "./topics/dashboard.ts";
import { site } from "./topics/site.ts";

/** Two of what a page tells apart, and one of the rest. */
const servers: readonly TestServer[] = [
  { name: "lb-1", role: "balancer", zone: "a" },
  { name: "lb-2", role: "balancer", zone: "b" },
  { name: "web-1", role: "web", zone: "a" },
  { name: "web-2", role: "web", zone: "b" },
  { name: "db-1", role: "database", zone: "a" },
  { name: "monitor", role: "monitor", zone: "a" },
];

describe("in a browser", function () {
  this.timeout(600_000);
  let stack: TestStack | null = null;
  let open: OpenBrowser | null = null;
  let load: Reading | null = null;
  const up = (): TestStack => {
    assert.ok(stack, "the stack is not up");
    return stack;
  };
  const browser = (): Browser => {
    assert.ok(open, "the browser is not open");
    return open.browser;
  };

  before(async () => {
    stack = await TestStack.make("test-browser", {
      servers,
      monitoring: { scrapeSeconds: 1 },
      limits: { requestsPer10s: 100_000 },
    });
    const { caCertificate } = await stack.up();
    open = await openBrowser({ ca: caCertificate, domain: stack.domain });
    load = startReading(stack.site, { path: "/api/entries?limit=5", readers: 2, pace: 100, limit: 20_000 });
  });

  site(browser, () => up().outputs.endpoint);
  dashboard(browser, up, servers);
  accessibility(
    browser,
    () => up().outputs.endpoint,
    () => up().outputs.dashboards.overview ?? "",
  );

  after(async () => {
    await load?.stop();
    await open?.close();
    await stack?.destroy();
  });
});
