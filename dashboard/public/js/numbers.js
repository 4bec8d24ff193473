// @ts-check
/** A chart as a table, for those who want the numbers or cannot see the lines. */

import { make } from "./dom.js";
import { formatSignal } from "./format.js";
import { extremes, latest } from "./series.js";

/** @import { Signal } from "./types.d.ts" */
/** @import { Drawn } from "./series.js" */

const head = ["Series", "Now", "Lowest", "Mean", "Highest"];

/** A table that opens below a chart; it is kept up to date only while it is open. */
export class Numbers {
  /** @type {HTMLDetailsElement} */
  element;
  /** @type {Signal} */
  #signal;
  /** @type {readonly Drawn[]} */
  #series = [];
  #body = make("tbody");

  /** @param {Signal} signal */
  constructor(signal) {
    this.#signal = signal;
    const titles = head.map((title) => make("th", { scope: "col" }, title));
    const caption = make("caption", { class: "hidden" }, `${signal.title} in numbers`);
    const table = make("table", {}, caption, make("thead", {}, make("tr", {}, ...titles)), this.#body);
    const summary = make("summary", { "aria-label": `${signal.title} in numbers` }, "Numbers");
    this.element = make("details", { class: "numbers" }, summary, table);
    this.element.addEventListener("toggle", () => this.#fill());
  }

  /**
   * Takes new values.
   * @param {readonly Drawn[]} series
   */
  show(series) {
    this.#series = series;
    this.#fill();
  }

  #fill() {
    if (!this.element.open) return;
    const rows = this.#series.map(({ name, values }) => {
      const { low, mean, high } = extremes(values);
      const cells = [latest(values), low, mean, high].map((value) =>
        make("td", {}, formatSignal(value, this.#signal)),
      );
      return make("tr", {}, make("th", { scope: "row" }, name), ...cells);
    });
    this.#body.replaceChildren(...rows);
  }
}
