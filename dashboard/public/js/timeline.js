// @ts-check
/** A state over time: one band a series, so that a change of writer or of the active balancer is seen at once. */

import { advice } from "./advice.js";
import { make, say } from "./dom.js";
import { formatSignal } from "./format.js";
import { bandsOf, latest } from "./series.js";
import { severityOf } from "./severity.js";

/** @import { Signal } from "./types.d.ts" */
/** @import { Aligned, Band, Drawn } from "./series.js" */

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** Draws one signal of kind `state`. */
export class Timeline {
  /** @type {HTMLElement} */
  element;
  /** @type {Signal} */
  signal;
  #rows = make("div", { class: "bands" });
  #note = make("p", { class: "note" });

  /**
   * @param {Signal} signal
   * @param {string} runbook address of the runbook; empty for none
   */
  constructor(signal, runbook) {
    this.signal = signal;
    this.element = make(
      "figure",
      { class: "panel" },
      make(
        "figcaption",
        {},
        make("h3", {}, signal.title),
        make("p", { class: "meaning" }, signal.meaning, ...advice(runbook, signal.runbook, signal.title)),
      ),
      this.#rows,
      this.#note,
    );
  }

  /**
   * Draws new data.
   * @param {Aligned} data
   * @param {string} rangeTitle
   */
  draw(data, rangeTitle) {
    say(this.#note, data.series.length === 0 ? "No data in this range." : "");
    this.element.classList.toggle("empty", data.series.length === 0);
    this.#rows.replaceChildren(...data.series.map((drawn) => this.#row(drawn, data.times, rangeTitle)));
  }

  /**
   * Says why there is nothing new to draw.
   * @param {string} message
   */
  fail(message) {
    say(this.#note, message);
  }

  /** The bands take their colours from the style sheet. */
  restyle() {}

  /**
   * @param {Drawn} drawn
   * @param {readonly number[]} times
   * @param {string} rangeTitle
   */
  #row({ name, values }, times, rangeTitle) {
    const [start = 0, second = 1] = times;
    const step = second - start;
    const bands = bandsOf(times, values, step);
    const total = (times.at(-1) ?? 1) + step - start;
    const now = formatSignal(latest(values), this.signal);
    const changes = bands.slice(1).map(({ from, value }) => {
      return `${formatSignal(value, this.signal)} at ${clock.format(from * 1000)}`;
    });
    const history = changes.length === 0 ? "no change" : changes.join(", ");
    const label = `${name}: now ${now}. Last ${rangeTitle}: ${history}.`;
    const track = make("div", { class: "track", role: "img", "aria-label": label });
    track.append(...bands.map((band) => this.#band(band, start, total)));
    return make(
      "div",
      { class: "band-row" },
      make("span", { class: "name" }, name),
      track,
      make("span", { class: "value" }, now),
    );
  }

  /**
   * @param {Band} band
   * @param {number} start
   * @param {number} total
   */
  #band({ from, to, value }, start, total) {
    const severity = severityOf(value, this.signal.thresholds);
    const look = severity !== "ok" ? severity : value === 0 ? "off" : "on";
    const word = formatSignal(value, this.signal);
    const title = `${word}, ${clock.format(from * 1000)} to ${clock.format(to * 1000)}`;
    const made = make("span", { class: `band ${look}`, title });
    made.style.left = `${((from - start) / total) * 100}%`;
    made.style.width = `${((to - from) / total) * 100}%`;
    return made;
  }
}
