// @ts-check
/** Lays the sections out, from the catalogue. */

import { Chart } from "./chart.js";
import { element, make } from "./dom.js";
import { fillHostTable } from "./hostTable.js";
import { showOverview } from "./overview.js";
import { tile } from "./tiles.js";
import { Timeline } from "./timeline.js";

/** @import { Catalogue, Group, Sample, Signal } from "./types.d.ts" */

/** Drawn in this order. @type {readonly (readonly [Group, string])[]} */
const sections = [
  ["overview", "Overview"],
  ["balancer", "Load balancers"],
  ["web", "Web servers"],
  ["database", "Database"],
  ["hosts", "Hosts"],
  ["security", "Security"],
];

/** Groups whose signals by host fill the table of hosts. @type {readonly Group[]} */
const hostGroups = ["hosts", "security"];

/**
 * A table that scrolls by itself when it is too wide, also by keyboard.
 * @param {string} caption
 */
function tableFor(caption) {
  const table = make("table", { role: "table" }, make("caption", { class: "hidden" }, caption));
  const scroller = make(
    "div",
    { class: "scroller", role: "region", "aria-label": caption, tabindex: "0" },
    table,
  );
  return { table, scroller };
}

/** The parts of the page that change. */
export class Page {
  /** Charts and timelines; each asks for a range of time. @type {(Chart | Timeline)[]} */
  panels = [];
  /** @type {Catalogue} */
  #catalogue;
  /** @type {Map<Group, HTMLElement>} */
  #tiles = new Map();
  #hosts = tableFor("State of every host");
  #databases = tableFor("State of every database node");

  /** @param {Catalogue} catalogue */
  constructor(catalogue) {
    this.#catalogue = catalogue;
    document.title = `${catalogue.domain} · ${catalogue.stack}`;
    element("domain").textContent = catalogue.domain;
    element("stack").textContent = catalogue.stack;
    element("links").replaceChildren(
      ...catalogue.links.map(({ title, url }) => make("a", { href: url }, title)),
    );
    for (const [group, title] of sections) this.#addSection(group, title);
  }

  /**
   * Shows the values of now.
   * @param {ReadonlyMap<Signal, readonly Sample[]>} current
   * @param {readonly Signal[]} silent signals without any series
   */
  showNow(current, silent) {
    showOverview(current, silent);
    for (const [group, list] of this.#tiles) {
      const stats = [...current].filter(([signal]) => signal.group === group && signal.kind === "stat");
      list.replaceChildren(...stats.map(([signal, samples]) => tile(signal, samples)));
    }
    const { hosts } = this.#catalogue;
    /** @param {(signal: Signal) => boolean} wanted */
    const only = (wanted) => new Map([...current].filter(([signal]) => wanted(signal)));
    fillHostTable(
      this.#hosts.table,
      hosts,
      only(({ group }) => hostGroups.includes(group)),
    );
    const nodes = hosts.filter(({ tier }) => tier === "database");
    fillHostTable(
      this.#databases.table,
      nodes,
      only(({ group }) => group === "database"),
    );
  }

  /**
   * @param {Group} group
   * @param {string} title
   */
  #addSection(group, title) {
    const signals = this.#catalogue.signals.filter((signal) => signal.group === group);
    const section = element(`section-${group}`);
    section.hidden = signals.length === 0 && group !== "overview";
    if (section.hidden) return;
    element("nav").append(make("a", { href: `#section-${group}` }, title));
    section.append(make("h2", { id: `title-${group}`, class: group === "overview" ? "hidden" : "" }, title));
    section.setAttribute("aria-labelledby", `title-${group}`);
    const tiles = this.#tilesFor(group, signals);
    const table =
      group === "hosts" ? [this.#hosts.scroller] : group === "database" ? [this.#databases.scroller] : [];
    section.append(...tiles, ...table, ...this.#panelsFor(signals));
  }

  /**
   * A signal that the table shows host by host needs no tile beside it.
   * @param {Group} group
   * @param {readonly Signal[]} signals
   * @returns {HTMLElement[]}
   */
  #tilesFor(group, signals) {
    if (group === "hosts" || !signals.some(({ kind }) => kind === "stat")) return [];
    const list = make("ul", { class: "tiles" });
    this.#tiles.set(group, list);
    return [list];
  }

  /** @param {readonly Signal[]} signals */
  #panelsFor(signals) {
    const states = signals.filter(({ kind }) => kind === "state").map((signal) => new Timeline(signal));
    const charts = signals.filter(({ kind }) => kind === "chart").map((signal) => new Chart(signal));
    this.panels.push(...states, ...charts);
    // In grids of their own: bands are low and charts are high.
    return [states, charts]
      .filter((panels) => panels.length > 0)
      .map((panels) => make("div", { class: "panels" }, ...panels.map((panel) => panel.element)));
  }
}
