// @ts-check
/** The ranges of time that can be drawn. */

/** @typedef {{ readonly id: string, readonly title: string, readonly seconds: number, readonly step: number }} Range */

/** Steps give 180 to 300 points: about one for every two pixels of a chart. @type {readonly Range[]} */
export const ranges = [
  { id: "15m", title: "15 min", seconds: 900, step: 5 },
  { id: "1h", title: "1 h", seconds: 3_600, step: 15 },
  { id: "6h", title: "6 h", seconds: 21_600, step: 90 },
  { id: "24h", title: "24 h", seconds: 86_400, step: 300 },
  { id: "7d", title: "7 d", seconds: 604_800, step: 2_400 },
];

/**
 * Start and end in Unix seconds. Both fall on a multiple of the step, so that a refresh asks for the same
 * moments again and lines do not tremble.
 * @param {Range} range
 * @param {number} now Unix seconds
 * @returns {{ start: number, end: number }}
 */
export function boundsOf({ seconds, step }, now) {
  const end = Math.floor(now / step) * step;
  return { start: end - seconds, end };
}

/**
 * PromQL with `$window` replaced: four steps, a minute at least, so that every scrape counts and none is missed.
 * @param {string} expr
 * @param {Range} range
 * @returns {string}
 */
export function withWindow(expr, { step }) {
  return expr.replaceAll("$window", `${Math.max(60, 4 * step)}s`);
}
