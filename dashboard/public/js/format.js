// @ts-check
/** Values as people read them. */

/** @import { Signal, Unit } from "./types.d.ts" */

/** Shown where there is no number. */
export const nothing = "–";

/**
 * Three significant digits, without trailing zeros.
 * @param {number} value
 * @returns {string}
 */
function short(value) {
  if (value === 0) return "0";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const fixed = value.toFixed(digits);
  // What rounds to zero is not zero: one significant digit says so.
  if (Number(fixed) === 0) return String(Number(value.toPrecision(1)));
  return String(Number(fixed));
}

/**
 * @param {number} value
 * @param {readonly string[]} names
 * @param {number} base
 * @returns {string}
 */
function scaled(value, names, base) {
  let rest = value;
  let step = 0;
  while (Math.abs(rest) >= base && step < names.length - 1) {
    rest /= base;
    step += 1;
  }
  return `${short(rest)} ${names[step] ?? ""}`.trim();
}

/**
 * @param {number} seconds
 * @returns {string}
 */
function duration(seconds) {
  const size = Math.abs(seconds);
  if (size === 0) return "0 s";
  if (size < 0.001) return `${short(seconds * 1e6)} µs`;
  if (size < 1) return `${short(seconds * 1e3)} ms`;
  if (size < 120) return `${short(seconds)} s`;
  if (size < 7200) return `${short(seconds / 60)} min`;
  return `${short(seconds / 3600)} h`;
}

/**
 * A value with its unit.
 * @param {number | null | undefined} value
 * @param {Unit} unit
 * @returns {string}
 */
export function formatValue(value, unit) {
  if (value === null || value === undefined || Number.isNaN(value)) return nothing;
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  switch (unit) {
    case "req/s":
      return `${scaled(value, ["", "k", "M"], 1000)} req/s`;
    case "s":
      return duration(value);
    case "ratio":
      return `${short(value * 100)} %`;
    case "bytes":
      return scaled(value, ["B", "KiB", "MiB", "GiB", "TiB"], 1024);
    case "days":
      return `${short(value)} d`;
    case "bool":
      return value === 0 ? "no" : "yes";
    case "count":
    case "conn":
      return scaled(value, ["", "k", "M"], 1000);
  }
}

/**
 * A value of a signal: the word for it when the signal has one.
 * @param {number | null | undefined} value
 * @param {Pick<Signal, "unit" | "states">} signal
 * @returns {string}
 */
export function formatSignal(value, signal) {
  const word = value === null || value === undefined ? undefined : signal.states?.[String(value)];
  return word ?? formatValue(value, signal.unit);
}

/**
 * A legend's template with the labels of a series in it; all labels when the template leaves nothing.
 * @param {string} template
 * @param {Readonly<Record<string, string>>} labels
 * @returns {string}
 */
export function formatLegend(template, labels) {
  const filled = template.replace(/\{\{\s*(\w+)\s*\}\}/g, (_match, name) => labels[name] ?? "").trim();
  if (filled !== "") return filled;
  const pairs = Object.entries(labels).filter(([name]) => name !== "__name__");
  return pairs.map(([name, value]) => `${name}=${value}`).join(" ");
}
