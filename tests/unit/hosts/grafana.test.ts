import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { renderGrafana } from "../../../hosts/grafana.ts";
import { oneboxSignals, usualInput } from "../../../hosts/signals.ts";
import { Workplace } from "./support/workplace.ts";

const grid = z.object({ x: z.int().min(0), y: z.int().min(0), w: z.int().min(1), h: z.int().min(1) });
const variable = z.object({ type: z.literal("prometheus"), uid: z.literal("$datasource") });
const step = z.object({ color: z.string(), value: z.number().nullable() });

/** What of Grafana's format the project relies on. */
const dashboard = z.object({
  schemaVersion: z.int().min(39),
  templating: z.object({
    list: z.tuple([
      z.looseObject({
        name: z.literal("datasource"),
        type: z.literal("datasource"),
        query: z.literal("prometheus"),
      }),
    ]),
  }),
  annotations: z.object({ list: z.array(z.looseObject({ datasource: variable, expr: z.string() })) }),
  panels: z.array(
    z.discriminatedUnion("type", [
      z.looseObject({ type: z.literal("row"), id: z.int(), title: z.string(), gridPos: grid }),
      z.looseObject({
        type: z.enum(["timeseries", "stat", "state-timeline"]),
        id: z.int(),
        title: z.string(),
        description: z.string(),
        datasource: variable,
        gridPos: grid,
        fieldConfig: z.looseObject({
          defaults: z.looseObject({ thresholds: z.object({ mode: z.string(), steps: z.array(step) }) }),
        }),
        targets: z.tuple([
          z.looseObject({ expr: z.string(), legendFormat: z.string(), datasource: variable }),
        ]),
      }),
    ]),
  ),
});

describe("Grafana's dashboard", () => {
  const made = dashboard.parse(JSON.parse(renderGrafana()));
  const panels = made.panels.flatMap((panel) => (panel.type === "row" ? [] : [panel]));
  const place = new Workplace();
  after(() => place.close());

  it("docs/grafana/overview.json is what the catalogue renders (npm run docs writes it)", () => {
    const file = join(import.meta.dirname, "../../../docs/grafana/overview.json");
    assert.equal(readFileSync(file, "utf8"), renderGrafana());
  });

  it("has a panel for every signal, each of its own", () => {
    const titles = panels.map(({ title }) => title).sort();
    assert.deepEqual(
      titles,
      oneboxSignals(usualInput)
        .map(({ title }) => title)
        .sort(),
    );
    assert.equal(new Set(made.panels.map(({ id }) => id)).size, made.panels.length);
  });

  it("lays panels beside each other, never over each other nor beyond the edge", () => {
    const places = new Set<string>();
    for (const { title, gridPos } of made.panels) {
      assert.ok(gridPos.x + gridPos.w <= 24, title);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          assert.ok(!places.has(`${x},${y}`), `${title} lies over another`);
          places.add(`${x},${y}`);
        }
      }
    }
  });

  it("colours from the lowest value upwards", () => {
    for (const { title, fieldConfig } of panels) {
      const [first, ...more] = fieldConfig.defaults.thresholds.steps.map(({ value }) => value);
      assert.equal(first, null, title);
      assert.deepEqual(
        more,
        [...new Set(more)].sort((a, b) => Number(a) - Number(b)),
        title,
      );
    }
  });

  it("marks the three drills, and asks only what Prometheus understands", () => {
    assert.equal(made.annotations.list.length, 3);
    const asked = [
      ...panels.map(({ targets: [{ expr }] }) => expr),
      ...made.annotations.list.map(({ expr }) => expr),
    ];
    const rules = asked.map((expr, index) => ({ record: `panel:${index}`, expr }));
    const path = place.text("panels.yml", JSON.stringify({ groups: [{ name: "panels", rules }] }));
    const { code, text } = place.run(["promtool", "check", "rules", path]);
    assert.equal(code, 0, text);
  });
});
