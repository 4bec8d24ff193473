// @ts-check
/** Lays the sections out, from the catalogue. */

import { Chart } from "./chart.js";
import { element, make } from "./dom.js";
import { fillHostTable } from "./hostTable.js";
import { eventItems } from "./marks.js";
import { showState } from "./overview.js";
import { findingsOf, worst } from "./severity.js";
import { tile } from "./tiles.js";
import { Timeline } from "./timeline.js";
import { Views, views } from "./views.js";

/** @import { Alert, Catalogue, Group, Sample, Signal } from "./types.d.ts" */
/** @import { Event } from "./drills.js" */

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
  #headlines = make("ul", { class: "tiles headlines" });
  #events = make("ol", { class: "events" });
  #hosts = tableFor("State of every host");
  #databases = tableFor("State of every database node");
  /** @type {Group[]} */
  #groups = [];
  #views;

  /** @param {Catalogue} catalogue */
  constructor(catalogue) {
    this.#catalogue = catalogue;
    document.title = `${catalogue.domain} · ${catalogue.stack}`;
    element("domain").textContent = catalogue.domain;
    element("stack").textContent = catalogue.stack;
    element("links").replaceChildren(
      ...catalogue.links.map(({ title, url }) => make("a", { href: url }, title)),
    );
    for (const [group, title] of views) this.#addSection(group, title);
    this.#views = new Views(this.#groups);
  }

  /**
   * Shows the values of now.
   * @param {ReadonlyMap<Signal, readonly Sample[]>} current
   * @param {readonly Signal[]} silent signals without any series
   * @param {readonly Alert[]} alerts
   */
  showNow(current, silent, alerts) {
    showState(current, silent, alerts, this.#catalogue.runbook);
    this.#showHeadlines(current);
    const findings = findingsOf(current);
    this.#views.flag(
      new Map(
        this.#groups.map((group) => {
          const own = findings.filter(({ signal }) => signal.group === group);
          return [group, worst(own.map(({ severity }) => severity))];
        }),
      ),
    );
    for (const [group, list] of this.#tiles) {
      const stats = [...current].filter(([signal]) => this.#hasTile(signal, group));
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
    if (signals.length === 0 && group !== "overview") return;
    this.#groups.push(group);
    section.append(make("h2", { id: `title-${group}`, tabindex: "-1" }, title));
    section.setAttribute("aria-labelledby", `title-${group}`);
    if (group === "overview") section.append(this.#headlines, this.#changes());
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
    if (group === "hosts" || !signals.some((signal) => this.#hasTile(signal, group))) return [];
    const list = make("ul", { class: "tiles" });
    this.#tiles.set(group, list);
    return [list];
  }

  /**
   * @param {Signal} signal
   * @param {Group} group
   */
  #hasTile({ id, kind, group: own }, group) {
    return own === group && kind === "stat" && !this.#catalogue.headlines.includes(id);
  }

  /** @param {ReadonlyMap<Signal, readonly Sample[]>} current */
  #showHeadlines(current) {
    const { headlines } = this.#catalogue;
    const chosen = headlines.flatMap((id) => [...current].filter(([signal]) => signal.id === id));
    this.#headlines.replaceChildren(...chosen.map(([signal, samples]) => tile(signal, samples)));
  }

  /** What moved: the key of the marks, and the newest of them. */
  #changes() {
    const key = this.#catalogue.drills.map(({ mark, title }) =>
      make("li", {}, make("span", { class: "letter", "aria-hidden": "true" }, mark), title),
    );
    const panel = make(
      "div",
      { class: "panel changes" },
      make("h3", {}, "What moved"),
      make("ul", { class: "key" }, ...key),
      this.#events,
    );
    panel.hidden = key.length === 0;
    return panel;
  }

  /**
   * Lists what moved.
   * @param {readonly Event[]} events
   * @param {string} rangeTitle
   */
  showEvents(events, rangeTitle) {
    const none = make("li", { class: "meaning" }, `Nothing moved in the last ${rangeTitle}.`);
    this.#events.replaceChildren(...(events.length === 0 ? [none] : eventItems(events)));
  }

  /** @param {readonly Signal[]} signals */
  #panelsFor(signals) {
    const { runbook } = this.#catalogue;
    const states = signals
      .filter(({ kind }) => kind === "state")
      .map((signal) => new Timeline(signal, runbook));
    const charts = signals.filter(({ kind }) => kind === "chart").map((signal) => new Chart(signal, runbook));
    this.panels.push(...states, ...charts);
    // In grids of their own: bands are low and charts are high.
    return [states, charts]
      .filter((panels) => panels.length > 0)
      .map((panels) => make("div", { class: "panels" }, ...panels.map((panel) => panel.element)));
  }
}
