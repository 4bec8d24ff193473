/** Pictures of a running stack for the README. */
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { until } from "../provider/system.ts";
import { openBrowser } from "./browser.ts";
import { type Command, serve } from "./command.ts";
import { inHost, untilOneBalancer, writerOf } from "./drills/hosts.ts";
import { startReading } from "./drills/load.ts";
import { namesOf, oneboxStack, running } from "./onebox/stack.ts";
import { projectRoot } from "./paths.ts";
import { Problem } from "./problem.ts";
import { Progress } from "./progress.ts";
import { readOutputs } from "./pulumi/outputs.ts";
import { setUp } from "./setup/setUp.ts";

const folder = join(projectRoot, "docs", "images");

/** Milliseconds within which a page must show what it is pictured for. */
const patience = 120_000;

/** Visitors of the load, the milliseconds each waits between two requests, and requests before the first picture. */
const load = { readers: 3, pace: 40, requests: 1500 };

interface Picture {
  readonly file: string;
  readonly url: string;
  readonly scheme: "light" | "dark";
  readonly height: number;
  /** Waits until the page shows it. */
  readonly ready: (page: Page) => Promise<void>;
}

async function take(browser: Browser, { file, url, scheme, height, ready }: Picture): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1120, height }, colorScheme: scheme });
  page.setDefaultTimeout(patience);
  await page.goto(url, { timeout: patience });
  await ready(page);
  await page.screenshot({ path: join(folder, file) });
  await page.close();
}

const drawn = (page: Page) =>
  page.getByRole("img", { name: /^Latency, p99, last 15 min\. p99: now [\d.]+/ }).waitFor();

const command: Command = {
  name: "screenshots",
  summary:
    "Takes the README's pictures into docs/images from a running stack: under load, and after a failover.",
  main: async ({ stack }) => {
    const { env } = await setUp({ stack, tests: true });
    const known = await oneboxStack(stack);
    const live = await running(known);
    const { endpoint, dashboards } = await readOutputs(stack, env);
    const overview = dashboards?.overview;
    const balancers = namesOf(known, "balancer");
    const [web] = namesOf(known, "web").slice(1);
    const databases = namesOf(known, "database");
    const few = balancers.length < 2 || databases.length < 3;
    if (endpoint === undefined || overview === undefined || few || web === undefined) {
      throw new Problem(
        `stack ${stack} lacks a monitor, a second balancer or web server, or a third database node to picture`,
      );
    }
    const progress = new Progress("screenshots");
    const reading = startReading(live.site, {
      path: "/api/entries?limit=5",
      readers: load.readers,
      pace: load.pace,
    });
    const { browser, close } = await openBrowser({ ca: live.site.ca, domain: live.site.name });
    try {
      progress.begin(`after ${load.requests} requests`);
      await reading.more(load.requests);
      await take(browser, {
        file: "site.png",
        url: endpoint,
        scheme: "light",
        height: 900,
        ready: (page) => page.locator("#freshness", { hasText: /^Read by/ }).waitFor(),
      });
      for (const scheme of ["light", "dark"] as const) {
        await take(browser, {
          file: `overview-${scheme}.png`,
          url: overview,
          scheme,
          height: 940,
          ready: drawn,
        });
      }
      const active = await untilOneBalancer(live.directory, balancers);
      const writer = await writerOf(live.site);
      progress.begin(`${web}, ${active} and ${writer} go, and come back`);
      const all = (flag: "-d" | "-u") =>
        Promise.all([
          inHost(live.directory, web, `s6-svc ${flag} /run/scan/web`),
          inHost(live.directory, active, `s6-svc ${flag} /run/scan/keepalived`),
          inHost(live.directory, writer, `s6-svc ${flag} /run/scan/mariadb`),
        ]);
      await all("-d");
      try {
        await take(browser, {
          file: "failover.png",
          url: overview,
          scheme: "light",
          height: 1300,
          ready: async (page) => {
            // A writer is seen by its sessions, and this load only reads.
            await until("another writer", patience, async () =>
              (await writerOf(live.site).catch(() => writer)) === writer ? "none yet" : null,
            );
            await page.locator("#alerts").getByText("WebServerDown", { exact: true }).waitFor();
            for (const event of [
              `Web server left rotation: ${web}`,
              `Active balancer moved: ${active} → `,
              `Database writer moved: ${writer} → `,
            ]) {
              await page
                .getByRole("img", { name: new RegExp(`^Requests per second.* Marked: .*${event}`) })
                .waitFor();
            }
          },
        });
      } finally {
        await all("-u");
      }
    } finally {
      await reading.stop();
      await close();
    }
    progress.done(`docs/images: site, overview-light, overview-dark, failover`);
    return 0;
  },
};

await serve(command);
