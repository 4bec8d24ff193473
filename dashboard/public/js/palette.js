// @ts-check
/**
 * Colours of lines and axes. The lines take the hues of Okabe and Ito, which people with any common colour
 * blindness can tell apart, darkened or lightened until each has a contrast of 3 against its ground.
 */

/** @typedef {{ readonly lines: readonly string[], readonly axis: string, readonly grid: string, readonly mark: string, readonly ground: string }} Palette */

/** @type {Palette} */
const light = {
  lines: ["#0072b2", "#c65400", "#00825f", "#a8508a", "#8a6d00", "#3b7ea8", "#4d5754"],
  axis: "#54635c",
  grid: "#e3e8e5",
  mark: "#14201c",
  ground: "#ffffff",
};

/** @type {Palette} */
const dark = {
  lines: ["#56b4e9", "#f09a4a", "#2fc79a", "#e08bc0", "#f0e442", "#9cc9ff", "#cfd8d4"],
  axis: "#9db0a7",
  grid: "#26302c",
  mark: "#e8efec",
  ground: "#181e1c",
};

/** Tells when the colours change. */
export const darkQuery = matchMedia("(prefers-color-scheme: dark)");

/** @returns {Palette} */
export function palette() {
  return darkQuery.matches ? dark : light;
}

/**
 * Colour of a line.
 * @param {number} index
 * @returns {string}
 */
export function lineColour(index) {
  const { lines, axis } = palette();
  return lines[index % lines.length] ?? axis;
}

/**
 * Dashes of a line, in pixels: lines that stand far apart in the legend differ in more than colour.
 * @param {number} index
 * @returns {number[]}
 */
export function lineDash(index) {
  return index < 4 ? [] : index < 8 ? [7, 3] : [2, 3];
}
