// @ts-check
/** Finds the moments in which something moved: another writer, another active balancer, a web server gone. */

/** @import { Drill, Line } from "./types.d.ts" */
/** @import { Range } from "./range.js" */

/** @typedef {{ readonly drill: Drill, readonly time: number, readonly text: string }} Event */

/**
 * What to ask Prometheus for. A server that was gone for less than a step is found all the same.
 * @param {Drill} drill
 * @param {string} expr PromQL of the drill's signal
 * @param {Range} range
 * @returns {string}
 */
export function drillQuery({ change }, expr, { step }) {
  return change === "goes" ? `min_over_time((${expr})[${step}s:])` : expr;
}

/**
 * Values by moment: for each of `times` a map from the series' name to its value.
 * @param {readonly Line[]} lines
 * @param {string} label
 */
function byMoment(lines, label) {
  /** @type {Map<number, Map<string, number>>} */
  const moments = new Map();
  for (const { labels, points } of lines) {
    for (const [time, value] of points) {
      const at = moments.get(time) ?? new Map();
      at.set(labels[label] ?? "", value);
      moments.set(time, at);
    }
  }
  return [...moments].sort(([a], [b]) => a - b);
}

/**
 * Moments in which the one series that is 1 became another.
 * @param {Drill} drill
 * @param {readonly Line[]} lines
 * @returns {Event[]}
 */
function moves(drill, lines) {
  /** @type {Event[]} */
  const events = [];
  let before = "";
  for (const [time, values] of byMoment(lines, drill.label)) {
    const holders = [...values].filter(([, value]) => value === 1).map(([name]) => name);
    const [holder] = holders;
    // Nobody, or two for the length of a scrape: not settled yet.
    if (holder === undefined || holders.length > 1) continue;
    if (before !== "" && holder !== before) {
      events.push({ drill, time, text: `${drill.title}: ${before} → ${holder}` });
    }
    before = holder;
  }
  return events;
}

/**
 * Moments in which a series that was 1 became 0.
 * @param {Drill} drill
 * @param {readonly Line[]} lines
 * @returns {Event[]}
 */
function losses(drill, lines) {
  return lines.flatMap(({ labels, points }) => {
    const name = labels[drill.label] ?? "";
    return points.flatMap(([time, value], index) => {
      const before = points[index - 1]?.[1];
      return before === 1 && value === 0 ? [{ drill, time, text: `${drill.title}: ${name}` }] : [];
    });
  });
}

/**
 * What happened, in the order of time.
 * @param {Drill} drill
 * @param {readonly Line[]} lines states of the drill's signal over time
 * @returns {Event[]}
 */
export function eventsOf(drill, lines) {
  const events = drill.change === "moves" ? moves(drill, lines) : losses(drill, lines);
  return events.sort((a, b) => a.time - b.time);
}
