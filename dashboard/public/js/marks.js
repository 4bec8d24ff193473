// @ts-check
/** Marks of what happened, on the charts and in the list beside them. */

import uPlot from "/vendor/uplot/uPlot.esm.js";
import { make } from "./dom.js";
import { palette } from "./palette.js";

/** @import { Event } from "./drills.js" */

/** Side of a mark's square, in CSS pixels. */
const side = 15;

/** The newest that are listed; all are drawn. */
const listed = 8;

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "short", timeStyle: "medium" });

/**
 * Draws a dashed line and a lettered square at each event, over the lines of a chart.
 * @param {uPlot} plot
 * @param {readonly Event[]} events
 */
export function drawMarks(plot, events) {
  const { ctx, bbox } = plot;
  const { mark, ground } = palette();
  const scale = uPlot.pxRatio;
  ctx.save();
  ctx.font = `600 ${11 * scale}px system-ui, sans-serif`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  let last = Number.NEGATIVE_INFINITY;
  let row = 0;
  for (const { drill, time } of events) {
    const x = Math.round(plot.valToPos(time, "x", true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    // What happened at once stands one below the other.
    row = x - last < side * scale ? row + 1 : 0;
    last = x;
    const y = bbox.top + row * (side + 1) * scale;
    ctx.strokeStyle = mark;
    ctx.lineWidth = scale;
    ctx.setLineDash([4 * scale, 3 * scale]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillStyle = mark;
    ctx.fillRect(x - (side / 2) * scale, y, side * scale, side * scale);
    ctx.fillStyle = ground;
    ctx.fillText(drill.mark, x, y + (side / 2 + 0.5) * scale);
  }
  ctx.restore();
}

/**
 * Events in words, for a chart's summary; empty for none.
 * @param {readonly Event[]} events
 * @returns {string}
 */
export function marksInWords(events) {
  const parts = events.map(({ text, time }) => `${text}, ${clock.format(time * 1000)}`);
  return parts.length === 0 ? "" : ` Marked: ${parts.join("; ")}.`;
}

/**
 * The newest events as list items, the newest first.
 * @param {readonly Event[]} events
 * @returns {HTMLElement[]}
 */
export function eventItems(events) {
  return events
    .slice(-listed)
    .reverse()
    .map(({ drill, time, text }) =>
      make(
        "li",
        {},
        make("span", { class: "letter", "aria-hidden": "true" }, drill.mark),
        make("time", { datetime: new Date(time * 1000).toISOString() }, clock.format(time * 1000)),
        make("span", {}, text),
      ),
    );
}
