// @ts-check
/** One view a tier: which one is shown is in the address, after `#`. */

import { element, make } from "./dom.js";
import { mark } from "./tiles.js";

/** @import { Group, Severity } from "./types.d.ts" */

/** In the order of the navigation. @type {readonly (readonly [Group, string])[]} */
export const views = [
  ["overview", "Overview"],
  ["balancer", "Load balancers"],
  ["web", "Web servers"],
  ["database", "Database"],
  ["hosts", "Hosts"],
  ["security", "Security"],
];

/** Shows one section at a time and says in the navigation which one, and where something is wrong. */
export class Views {
  /** @type {Map<Group, HTMLAnchorElement>} */
  #links = new Map();
  /** @type {Group} */
  #shown = "overview";

  /**
   * @param {readonly Group[]} groups those that have anything to show
   */
  constructor(groups) {
    for (const [group, title] of views) {
      if (!groups.includes(group)) continue;
      const link = make("a", { href: `#${group}` }, title, " ", make("span"));
      this.#links.set(group, link);
      element("nav").append(link);
    }
    addEventListener("hashchange", () => {
      this.#show();
      element(`title-${this.#shown}`).focus();
    });
    this.#show();
  }

  /**
   * Marks the views in which something is beyond its bounds.
   * @param {ReadonlyMap<Group, Severity>} severities
   */
  flag(severities) {
    for (const [group, link] of this.#links) {
      link.lastElementChild?.replaceWith(mark(severities.get(group) ?? "ok"));
    }
  }

  /** An address that names no view, as that of the skip link, changes nothing. */
  #show() {
    const wanted = [...this.#links.keys()].find((group) => location.hash === `#${group}`);
    this.#shown = wanted ?? this.#shown;
    scrollTo(0, 0);
    for (const [group, link] of this.#links) {
      const current = group === this.#shown;
      element(`section-${group}`).hidden = !current;
      if (current) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }
}
