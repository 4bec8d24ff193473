/** Questions to the page itself. They are texts: the tests' own types know no document. */
import axe from "axe-core";
import type { Page } from "playwright-core";
import { z } from "zod";

/** Pixels that the content is wider than the window: 0 where nothing scrolls sideways. */
export async function sidewaysScroll(page: Page): Promise<number> {
  return z.number().parse(await page.evaluate("document.documentElement.scrollWidth - innerWidth"));
}

/** Colour of the ground, as the browser computes it. */
export async function groundColour(page: Page): Promise<string> {
  return z.string().parse(await page.evaluate("getComputedStyle(document.body).backgroundColor"));
}

const chartStates = z.record(z.string(), z.object({ values: z.array(z.string()), pixels: z.number() }));

/**
 * What each drawn chart shows, by its title: the values of its series, and how many pixels a line has coloured. Axes,
 * grid and texts are greys (their channels lie within 60 of each other); every line's colour is farther from grey
 * than that, except the last, which only a seventh line has.
 */
export async function drawnCharts(page: Page): Promise<z.infer<typeof chartStates>> {
  return chartStates.parse(
    await page.evaluate(`Object.fromEntries([...document.querySelectorAll("figure:has(canvas)")].map((figure) => {
      const canvas = figure.querySelector("canvas");
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
      copy.drawImage(canvas, 0, 0);
      const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
      let pixels = 0;
      for (let at = 0; at < data.length; at += 4) {
        const channels = [data[at], data[at + 1], data[at + 2]];
        if (data[at + 3] > 200 && Math.max(...channels) - Math.min(...channels) > 60) pixels += 1;
      }
      const values = [...figure.querySelectorAll(".legend .value")].map((value) => value.textContent);
      return [figure.querySelector("h3").textContent, { values, pixels }];
    }))`),
  );
}

const violations = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      help: z.string(),
      nodes: z.array(z.object({ html: z.string() })),
    }),
  ),
});

/** What axe-core finds against WCAG 2.2 AA and its own best practices, one line a place. */
export async function accessibilityFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found = violations.parse(await page.evaluate("axe.run()"));
  return found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html }) => `${id}: ${help}: ${html}`),
  );
}

const stop = z.object({ name: z.string(), ring: z.boolean(), end: z.boolean() });

/**
 * Presses Tab from the top of the page to its end.
 * @returns one text a stop: what is focused there, with "(no ring)" where that cannot be seen
 */
export async function tabStops(page: Page): Promise<readonly string[]> {
  const stops: string[] = [];
  for (let pressed = 0; pressed < 200; pressed += 1) {
    await page.keyboard.press("Tab");
    const { name, ring, end } = stop.parse(
      await page.evaluate(`(() => {
        const at = document.activeElement;
        const seen = at.matches("fieldset input") ? at.nextElementSibling : at;
        const name = at.getAttribute("aria-label") ?? at.labels?.[0]?.textContent ?? at.textContent;
        const end = at === document.body;
        return { name: name.trim(), ring: getComputedStyle(seen).outlineStyle !== "none", end };
      })()`),
    );
    if (end) return stops;
    stops.push(ring ? name : `${name} (no ring)`);
  }
  throw new Error(`Tab never came to the end: ${stops.join(", ")}`);
}
