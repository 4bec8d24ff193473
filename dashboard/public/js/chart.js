// @ts-check
/** One chart: lines over time with a legend of present values. */

import uPlot from "/vendor/uplot/uPlot.esm.js";
import { advice } from "./advice.js";
import { make, say } from "./dom.js";
import { formatSignal, formatValue, nothing } from "./format.js";
import { drawMarks, marksInWords } from "./marks.js";
import { Numbers } from "./numbers.js";
import { lineColour, lineDash, palette } from "./palette.js";
import { latest, summary } from "./series.js";

/** @import { Signal } from "./types.d.ts" */
/** @import { Aligned } from "./series.js" */
/** @import { Event } from "./drills.js" */

/** Height of a chart's drawing area, in pixels. */
const height = 190;

/** Width that the values of the y axis take, in pixels: room for "123 req/s". */
const axisWidth = 72;

/** Moves the cursor of all charts together. */
const cursorKey = "dashboard";

/** Draws one signal. */
export class Chart {
  /** @type {HTMLElement} */
  element;
  /** @type {Signal} */
  signal;
  /** @type {uPlot | null} */
  #plot = null;
  /** @type {Aligned} */
  #data = { times: [], series: [] };
  /** @type {readonly Event[]} */
  #events = [];
  #names = "";
  #area = make("div", { class: "plot", role: "img" });
  #legend = make("ul", { class: "legend" });
  #note = make("p", { class: "note" });
  #numbers;

  /**
   * @param {Signal} signal
   * @param {string} runbook address of the runbook; empty for none
   */
  constructor(signal, runbook) {
    this.signal = signal;
    this.#area.setAttribute("aria-label", `${signal.title}: not drawn yet`);
    this.#numbers = new Numbers(signal);
    this.element = make(
      "figure",
      { class: "panel" },
      make(
        "figcaption",
        {},
        make("h3", {}, signal.title),
        make("p", { class: "meaning" }, signal.meaning, ...advice(runbook, signal.runbook, signal.title)),
      ),
      this.#area,
      this.#note,
      this.#legend,
      this.#numbers.element,
    );
    new ResizeObserver(() => this.#fit()).observe(this.#area);
  }

  /**
   * Draws new data.
   * @param {Aligned} data
   * @param {string} rangeTitle
   * @param {readonly Event[]} events
   */
  draw(data, rangeTitle, events) {
    this.#data = data;
    this.#events = events;
    const empty = data.series.every(({ values }) => values.every((value) => value === null));
    this.element.classList.toggle("empty", empty);
    say(this.#note, empty ? "No data in this range." : "");
    this.#area.setAttribute(
      "aria-label",
      summary(this.signal, data.series, rangeTitle) + marksInWords(events),
    );
    this.#numbers.show(data.series);
    const names = JSON.stringify(data.series.map(({ name }) => name));
    if (names !== this.#names || this.#plot === null) {
      this.#names = names;
      this.restyle();
    } else {
      this.#plot.setData(this.#columns());
    }
    this.#showValues(null);
  }

  /**
   * Says why there is nothing new to draw.
   * @param {string} message
   */
  fail(message) {
    say(this.#note, message);
  }

  /** Draws everything anew, in the present colours. */
  restyle() {
    this.#plot?.destroy();
    this.#plot = new uPlot(this.#options(), this.#columns(), this.#area);
    this.#legend.replaceChildren(
      ...this.#data.series.map(({ name }, index) => {
        const swatch = make("span", { class: "swatch", "aria-hidden": "true" });
        swatch.style.borderTopColor = lineColour(index);
        swatch.style.borderTopStyle = lineDash(index).length === 0 ? "solid" : "dashed";
        return make(
          "li",
          {},
          swatch,
          make("span", { class: "name" }, name),
          make("span", { class: "value" }),
        );
      }),
    );
    this.#showValues(null);
  }

  /** @returns {uPlot.AlignedData} */
  #columns() {
    return [[...this.#data.times], ...this.#data.series.map(({ values }) => [...values])];
  }

  /** @returns {uPlot.Options} */
  #options() {
    const { axis, grid } = palette();
    const { unit } = this.signal;
    const font = '12px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif';
    const look = { stroke: axis, font, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
    return {
      width: Math.max(200, this.#area.clientWidth),
      height,
      padding: [10, 10, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: cursorKey }, drag: { x: false, y: false }, points: { size: 6 } },
      scales: {
        x: { time: true, range: () => [this.#data.times[0] ?? 0, this.#data.times.at(-1) ?? 1] },
        // From zero, so that a small change does not look like a big one; flat zero gets some height.
        y: { range: (_plot, low, high) => [Math.min(0, low), high > 0 ? high * 1.08 : 1] },
      },
      axes: [
        { ...look, space: 70, size: 28, values: clockLabels },
        {
          ...look,
          size: axisWidth,
          space: 30,
          values: (_plot, splits) => splits.map((value) => formatValue(value, unit)),
        },
      ],
      series: [
        {},
        ...this.#data.series.map(({ name }, index) => ({
          label: name,
          stroke: lineColour(index),
          dash: lineDash(index),
          width: 2,
          points: { show: false },
        })),
      ],
      hooks: {
        draw: [(plot) => drawMarks(plot, this.#events)],
        setCursor: [(plot) => this.#showValues(plot.cursor.idx ?? null)],
      },
    };
  }

  #fit() {
    if (this.#plot !== null && this.#area.clientWidth > 0) {
      this.#plot.setSize({ width: this.#area.clientWidth, height });
    }
  }

  /** @param {number | null} index moment under the cursor; null for now */
  #showValues(index) {
    for (const [position, { values }] of this.#data.series.entries()) {
      const target = this.#legend.children[position]?.lastElementChild;
      const value = index === null ? latest(values) : values[index];
      if (target instanceof HTMLElement) say(target, formatSignal(value ?? null, this.signal) || nothing);
    }
  }
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/**
 * @param {uPlot} _plot
 * @param {number[]} moments
 * @returns {string[]}
 */
function clockLabels(_plot, moments) {
  return moments.map((moment) => clock.format(moment * 1000));
}
