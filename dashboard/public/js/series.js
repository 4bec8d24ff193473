// @ts-check
/** Shapes what Prometheus answers for drawing, and says it in words. */

import { formatLegend, formatSignal } from "./format.js";

/** @import { Line, Signal } from "./types.d.ts" */

/** @typedef {{ readonly name: string, readonly values: readonly (number | null)[] }} Drawn */
/** @typedef {{ readonly times: readonly number[], readonly series: readonly Drawn[] }} Aligned */
/** @typedef {{ readonly from: number, readonly to: number, readonly value: number }} Band */

/** More lines than this can't be told apart; the ones with the highest last values are drawn. */
export const lineLimit = 12;

/**
 * @param {Line} line
 * @returns {number}
 */
function lastOf({ points }) {
  const value = points.at(-1)?.[1] ?? Number.NaN;
  return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
}

/**
 * Lines on one grid of moments: a gap is null, so that it is drawn as a gap.
 * @param {readonly Line[]} lines
 * @param {string} legend
 * @param {{ readonly start: number, readonly end: number, readonly step: number }} grid Unix seconds
 * @returns {Aligned}
 */
export function align(lines, legend, { start, end, step }) {
  const length = Math.floor((end - start) / step) + 1;
  const times = Array.from({ length }, (_, index) => start + index * step);
  const shown =
    lines.length <= lineLimit ? lines : [...lines].sort((a, b) => lastOf(b) - lastOf(a)).slice(0, lineLimit);
  const series = shown.map((line) => {
    /** @type {(number | null)[]} */
    const values = times.map(() => null);
    for (const [time, value] of line.points) {
      const index = Math.round((time - start) / step);
      if (index >= 0 && index < length && Number.isFinite(value)) values[index] = value;
    }
    return { name: formatLegend(legend, line.labels), values };
  });
  return { times, series: series.sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true })) };
}

/**
 * The last number of a series; null when it ends in a gap of more than two moments.
 * @param {readonly (number | null)[]} values
 * @returns {number | null}
 */
export function latest(values) {
  return values.slice(-3).findLast((value) => value !== null) ?? null;
}

/**
 * The lowest, mean and highest number of a series; null where it has none.
 * @param {readonly (number | null)[]} values
 * @returns {{ readonly low: number | null, readonly mean: number | null, readonly high: number | null }}
 */
export function extremes(values) {
  const numbers = values.filter((value) => value !== null);
  if (numbers.length === 0) return { low: null, mean: null, high: null };
  const sum = numbers.reduce((all, value) => all + value, 0);
  return { low: Math.min(...numbers), mean: sum / numbers.length, high: Math.max(...numbers) };
}

/**
 * A chart in words.
 * @param {Signal} signal
 * @param {readonly Drawn[]} series
 * @param {string} rangeTitle
 * @returns {string}
 */
export function summary(signal, series, rangeTitle) {
  const parts = series.map(({ name, values }) => {
    const { low, high } = extremes(values);
    if (low === null) return `${name}: no data`;
    const span = `between ${formatSignal(low, signal)} and ${formatSignal(high, signal)}`;
    return `${name}: now ${formatSignal(latest(values), signal)}, ${span}`;
  });
  return `${signal.title}, last ${rangeTitle}. ${parts.length === 0 ? "No data" : parts.join("; ")}.`;
}

/**
 * A state over time as bands of equal value; gaps stay gaps.
 * @param {readonly number[]} times
 * @param {readonly (number | null)[]} values
 * @param {number} step seconds that a value holds
 * @returns {Band[]}
 */
export function bandsOf(times, values, step) {
  /** @type {Band[]} */
  const bands = [];
  for (const [index, from] of times.entries()) {
    const value = values[index] ?? null;
    if (value === null) continue;
    const before = bands.at(-1);
    if (before !== undefined && before.value === value && before.to === from) {
      bands[bands.length - 1] = { ...before, to: from + step };
    } else {
      bands.push({ from, to: from + step, value });
    }
  }
  return bands;
}
