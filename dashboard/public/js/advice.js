// @ts-check
/** Links to the runbook. */

import { make } from "./dom.js";

/**
 * A link to what to do about something; nothing where there is no runbook.
 * @param {string} runbook address of the runbook
 * @param {string} anchor
 * @param {string} about what it is about, for those who hear links alone
 * @returns {(string | Node)[]}
 */
export function advice(runbook, anchor, about) {
  if (runbook === "" || anchor === "") return [];
  const link = make("a", { href: `${runbook}#${anchor}` }, "What to do");
  link.append(make("span", { class: "hidden" }, ` about ${about}`));
  return [" ", link];
}
