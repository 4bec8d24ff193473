// @ts-check
/** Starts the page and keeps it fresh. */

import { parseCatalogue } from "./catalogue.js";
import { element, make, say } from "./dom.js";
import { drillQuery, eventsOf } from "./drills.js";
import { Page } from "./page.js";
import { darkQuery } from "./palette.js";
import { alertsNow, queryNow, queryRange, Refused, Unreachable } from "./prometheus.js";
import { boundsOf, ranges, withWindow } from "./range.js";
import { align } from "./series.js";

/** @import { Catalogue, Sample, Signal } from "./types.d.ts" */
/** @import { Chart } from "./chart.js" */
/** @import { Event } from "./drills.js" */
/** @import { Range } from "./range.js" */
/** @import { Timeline } from "./timeline.js" */

/** Pause between refreshes, in milliseconds. */
const refreshMs = 5_000;

/** What the visitor chose, and what is under way. */
const state = { range: chosenRange(), paused: false, busy: false, again: false };

/** Panels that can be seen, or soon. @type {Set<Element>} */
const visible = new Set();

/** Moment of the last drawing of each panel, as the end of its range. @type {WeakMap<Element, string>} */
const drawn = new WeakMap();

/** @type {Date | null} */
let lastAnswer = null;

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** @returns {Range} */
function chosenRange() {
  const id = new URLSearchParams(location.search).get("range") ?? "15m";
  const found = ranges.find((range) => range.id === id) ?? ranges[0];
  if (found === undefined) throw new Error("there is no range to draw");
  return found;
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Values of now by signal, and the signals that Prometheus has no series of; one that is not a number (a latency
 * when nobody asked for anything) is neither.
 * @param {Catalogue} catalogue
 */
async function readNow(catalogue) {
  /** @type {Map<Signal, readonly Sample[]>} */
  const current = new Map();
  const answers = await Promise.all(
    catalogue.signals.map(async (signal) => {
      try {
        return await queryNow(withWindow(signal.expr, state.range));
      } catch (error) {
        // One bad expression must not hide the rest of the page.
        if (error instanceof Refused) return [];
        throw error;
      }
    }),
  );
  for (const [index, signal] of catalogue.signals.entries()) {
    current.set(
      signal,
      (answers[index] ?? []).filter(({ value }) => !Number.isNaN(value)),
    );
  }
  const silent = catalogue.signals.filter((_, index) => (answers[index] ?? []).length === 0);
  return { current, silent };
}

/**
 * What moved in the chosen range, in the order of time.
 * @param {Catalogue} catalogue
 */
async function readEvents({ drills, signals }) {
  const { range } = state;
  const grid = { ...boundsOf(range, Date.now() / 1000), step: range.step };
  const found = await Promise.all(
    drills.map(async (drill) => {
      const signal = signals.find(({ id }) => id === drill.signal);
      if (signal === undefined) return [];
      try {
        const query = drillQuery(drill, withWindow(signal.expr, range), range);
        return eventsOf(drill, await queryRange(query, grid));
      } catch (error) {
        if (error instanceof Refused) return [];
        throw error;
      }
    }),
  );
  return found.flat().sort((a, b) => a.time - b.time);
}

/**
 * @param {Chart | Timeline} panel
 * @param {readonly Event[]} events
 */
async function drawPanel(panel, events) {
  const { range } = state;
  const grid = { ...boundsOf(range, Date.now() / 1000), step: range.step };
  const key = `${range.id} ${grid.end}`;
  if (drawn.get(panel.element) === key) return;
  try {
    const lines = await queryRange(withWindow(panel.signal.expr, range), grid);
    panel.draw(align(lines, panel.signal.legend, grid), range.title, events);
    drawn.set(panel.element, key);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    panel.fail(`Prometheus refused this query: ${error.message}`);
  }
}

/** @param {unknown} error */
function showTrouble(error) {
  const since = lastAnswer === null ? "" : ` Everything below is from ${clock.format(lastAnswer)}.`;
  const known = error instanceof Unreachable ? error.message : `Something went wrong: ${messageOf(error)}`;
  say(element("trouble"), `${known}. Trying again every ${refreshMs / 1000} seconds.${since}`);
  document.body.classList.add("stale");
}

function showWell() {
  lastAnswer = new Date();
  say(element("trouble"), "");
  document.body.classList.remove("stale");
  element("updated").textContent = `Updated ${clock.format(lastAnswer)}`;
}

/**
 * @param {Catalogue} catalogue
 * @param {Page} page
 */
async function refresh(catalogue, page) {
  if (state.busy) {
    state.again = true;
    return;
  }
  state.busy = true;
  try {
    const [{ current, silent }, alerts, events] = await Promise.all([
      readNow(catalogue),
      alertsNow(),
      readEvents(catalogue),
    ]);
    page.showNow(current, silent, alerts);
    page.showEvents(events, state.range.title);
    const seen = page.panels.filter((panel) => visible.has(panel.element));
    await Promise.all(seen.map((panel) => drawPanel(panel, events)));
    showWell();
  } catch (error) {
    showTrouble(error);
  }
  state.busy = false;
  if (state.again) {
    state.again = false;
    await refresh(catalogue, page);
  }
}

/** @param {() => void} changed */
function addRangeChoice(changed) {
  const choices = ranges.map((range) => {
    const input = make("input", { type: "radio", name: "range", value: range.id });
    input.checked = range === state.range;
    input.addEventListener("change", () => {
      state.range = range;
      history.replaceState(null, "", `?range=${range.id}${location.hash}`);
      changed();
    });
    return make("label", {}, input, make("span", {}, range.title));
  });
  element("ranges").append(...choices);
}

/** @param {() => void} resumed */
function addPause(resumed) {
  const button = element("pause");
  button.addEventListener("click", () => {
    state.paused = !state.paused;
    button.setAttribute("aria-pressed", String(state.paused));
    button.textContent = state.paused ? "Resume" : "Pause";
    if (!state.paused) resumed();
  });
}

/** @returns {Promise<Catalogue>} */
async function readCatalogue() {
  const response = await fetch("/signals.json", { cache: "no-cache" });
  if (!response.ok) throw new Error(`signals.json: HTTP ${response.status}`);
  return parseCatalogue(await response.json());
}

async function start() {
  const catalogue = await readCatalogue();
  const page = new Page(catalogue);
  const now = () => void refresh(catalogue, page);
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) visible.add(target);
        else visible.delete(target);
      }
      if (!state.paused || lastAnswer === null) now();
    },
    { rootMargin: "300px" },
  );
  for (const panel of page.panels) observer.observe(panel.element);
  addRangeChoice(now);
  addPause(now);
  darkQuery.addEventListener("change", () => {
    for (const panel of page.panels) panel.restyle();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !state.paused) now();
  });
  setInterval(() => {
    if (!document.hidden && !state.paused) now();
  }, refreshMs);
  now();
}

/** Tries until the page's own server has the catalogue. */
async function startWhenReady() {
  try {
    await start();
  } catch (error) {
    showTrouble(error);
    setTimeout(() => void startWhenReady(), refreshMs);
  }
}

void startWhenReady();
