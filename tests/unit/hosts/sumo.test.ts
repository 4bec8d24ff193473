import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { plainFile } from "../../../hosts/layout.ts";
import { renderLogStore } from "../../../hosts/logs/store.ts";
import { renderSumoRelay, sumoCopies } from "../../../hosts/logs/sumo.ts";
import { logConfiguration, logService } from "../../../hosts/logs/syslogNg.ts";
import { renderRules } from "../../../hosts/prometheusRules.ts";
import { oneboxSignals, usualInput } from "../../../hosts/signals.ts";
import { sumoFiles } from "../../../hosts/sumoContent.ts";
import { signalSeries } from "../../../hosts/sumoSignals.ts";
import { logged } from "./support/stack.ts";
import { Workplace } from "./support/workplace.ts";

const folder = join(import.meta.dirname, "../../../docs/sumo");

const dashboard = z.object({
  layout: z.object({ layoutStructures: z.array(z.object({ key: z.string() }).loose()) }),
  panels: z.array(
    z.object({ key: z.string(), queries: z.array(z.object({ queryString: z.string() }).loose()) }).loose(),
  ),
});
const monitors = z.object({
  children: z.array(
    z.object({ name: z.string(), triggers: z.array(z.object({ threshold: z.number() }).loose()) }).loose(),
  ),
});

describe("Sumo Logic", () => {
  const place = new Workplace();
  after(() => place.close());

  it("docs/sumo/ is what the catalogue renders (npm run docs writes it)", () => {
    for (const [name, text] of Object.entries(sumoFiles()))
      assert.equal(readFileSync(join(folder, name), "utf8"), text, name);
  });

  it("has a panel a signal, of a series that the monitor records, and a monitor for each threshold", () => {
    const files = sumoFiles();
    const { panels, layout } = dashboard.parse(JSON.parse(files["dashboard.json"] ?? ""));
    const rules = renderRules(usualInput, "https://localhost:8444/runbook", true);
    for (const { id, title } of oneboxSignals(usualInput)) {
      const panel = panels.find(({ key }) => key === `panel-${id}`);
      assert.match(panel?.queries[0]?.queryString ?? "", new RegExp(`^metric=${signalSeries(id)} `), title);
      assert.ok(rules.includes(`"record": "${signalSeries(id)}"`), title);
    }
    assert.deepEqual(
      layout.layoutStructures.map(({ key }) => key),
      panels.map(({ key }) => key),
    );
    const { children } = monitors.parse(JSON.parse(files["monitors.json"] ?? ""));
    assert.deepEqual(
      children.map(({ name }) => name),
      oneboxSignals(usualInput).flatMap(({ title, thresholds }) => (thresholds === null ? [] : [title])),
    );
  });

  it("gets copies that syslog-ng accepts, by a URL without the secret", () => {
    place.folders("log", "run/logs", "data/log-state");
    const hosts = [
      { name: "web-1", tier: "web" },
      { name: "db-1", tier: "database" },
    ];
    const copies = sumoCopies({ layout: place.layout, stack: "dev", hosts, queueMiB: 64 });
    const text = renderLogStore({
      layout: place.layout,
      host: "monitor",
      hosts: logged,
      tls: place.tls("logs"),
      copies,
    });
    place.put({ [logConfiguration(place.layout)]: plainFile(text) });
    assert.deepEqual(place.run(logService(place.layout).validate ?? []), { code: 0, text: "" });
    assert.deepEqual([...new Set(text.match(/url\("[^"]*"\)/g))], ['url("http://127.0.0.1:8514/")']);
    const sizes = [...text.matchAll(/disk-buf-size\((\d+)\)/g)].map(([, size]) => Number(size));
    assert.ok(sizes.reduce((sum, size) => sum + size, 0) <= 64 * 1_048_576);
  });

  it("is reached over verified TLS, the secret in a file of mode 0600", () => {
    const url = "https://collectors.sumologic.com/receiver/v1/http/a%2Fb==";
    const files = renderSumoRelay(place.layout, { url, by: "10.77.0.2:443", ca: null });
    const [[path, file] = ["", null]] = Object.entries(files);
    assert.equal(file?.mode, "0600");
    assert.ok(file?.secret);
    assert.match(file.content, /ssl verify required .* verifyhost collectors\.sumologic\.com/);
    assert.match(file.content, /set-path "\/receiver\/v1\/http\/a%%2Fb=="/);
    place.put(files);
    assert.equal(place.haproxySaysAgainst(path), "");
  });
});
