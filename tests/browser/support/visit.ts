/** A page open in the browser, with everything that went wrong on it written down. */
import type { Browser, Page } from "playwright-core";

/** Milliseconds until something that does not come is a failure. */
export const patience = 120_000;

/** How the visitor looks at it. */
export interface Look {
  /** CSS pixels; default 1280 × 900. */
  readonly width?: number;
  readonly height?: number;
  /** Default light. */
  readonly scheme?: "light" | "dark";
  /** Whether scripts run; default yes. */
  readonly script?: boolean;
}

/** An open page. */
export interface Visit {
  readonly page: Page;
  /** Errors on the console, requests that failed or were refused, requests to anybody else. */
  readonly problems: readonly string[];
  readonly close: () => Promise<void>;
}

function watch(page: Page, origin: string): readonly string[] {
  const problems: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`uncaught: ${error.message}`));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) problems.push(`to somebody else: ${request.url()}`);
  });
  page.on("requestfailed", (request) => {
    problems.push(`failed: ${request.url()} ${request.failure()?.errorText ?? ""}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`HTTP ${response.status()}: ${response.url()}`);
  });
  return problems;
}

/** Opens an address as a visitor of its own: no cookies, nothing cached. */
export async function visit(browser: Browser, url: string, look: Look = {}): Promise<Visit> {
  const { width = 1280, height = 900, scheme = "light", script = true } = look;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    javaScriptEnabled: script,
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  const problems = watch(page, new URL(url).origin);
  await page.goto(url);
  return { page, problems, close: () => context.close() };
}
