import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { plainFile, programFile } from "../../../hosts/layout.ts";
import { keptLine, logLine } from "../../../hosts/limits.ts";
import { renderLogShipper } from "../../../hosts/logs/shipper.ts";
import {
  logStore,
  logWriter,
  pruneLogs,
  renderLogStore,
  renderLogWriter,
} from "../../../hosts/logs/store.ts";
import { logConfiguration, logService } from "../../../hosts/logs/syslogNg.ts";
import { logged } from "./support/stack.ts";
import { Workplace } from "./support/workplace.ts";

describe("logs", () => {
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
  });
  afterEach(() => place.close());

  /** What syslog-ng itself says of a configuration. */
  const check = (text: string) => {
    place.folders("log", "run/logs", "data/log-state");
    place.put({ [logConfiguration(place.layout)]: plainFile(text) });
    return place.run(logService(place.layout).validate ?? []);
  };

  it("leave a host over TLS 1.3 with both ends verified, and wait in their files", () => {
    const text = renderLogShipper({
      layout: place.layout,
      host: "web-1",
      monitor: "monitor",
      tls: place.tls("logs"),
    });
    assert.deepEqual(check(text), { code: 0, text: "" });
    assert.match(text, /network\("monitor" port\(6514\) transport\("tls"\)/);
    assert.match(text, /peer-verify\(required-trusted\) .*"no-tlsv12"/);
    // What the monitor does not take is not read from its file.
    assert.match(text, /flags\(flow-control\)/);
  });

  it("are received from hosts with a certificate, and named by it", () => {
    const text = renderLogStore({
      layout: place.layout,
      host: "monitor",
      hosts: logged,
      tls: place.tls("logs"),
    });
    assert.deepEqual(check(text), { code: 0, text: "" });
    assert.match(text, /source hosts \{[^}]*peer-verify\(required-trusted\)/);
    assert.match(text, /set\("\$\{\.tls\.x509_cn\}" value\("HOST"\)\)/);
    // The address tells only where the certificate's name is not known yet.
    assert.match(text, /rewrite\(caller\); if \(host\("" type\(string\)\)\) \{ rewrite\(nameless\); \}/);
    assert.match(text, /set\("web-1" value\("HOST"\) condition\(netmask\("10\.77\.96\.10\/32"\)\)\)/);
  });

  it("are kept with their longest line whole", () => {
    place.folders("data/logs");
    const writer = logWriter(place.layout);
    place.put({ [writer]: programFile(renderLogWriter(place.layout, { hosts: ["web-9"], keptMiB: 1 })) });
    const line = `${"x".repeat(logLine)}\n`;
    assert.equal(place.run(["sh", writer, "web-9"], line).code, 0);
    const kept = readFileSync(`${logStore(place.layout)}/web-9/current`, "utf8");
    rmSync(`${logStore(place.layout)}/web-9`, { recursive: true });
    assert.ok(kept === line, `${kept.length} bytes in ${kept.split("\n").length - 1} lines`);
    assert.ok(logLine < keptLine);
  });

  it("are kept by host, each within its share", () => {
    place.folders("data/logs");
    const writer = logWriter(place.layout);
    place.put({
      [writer]: programFile(renderLogWriter(place.layout, { hosts: ["web-1", "web-2"], keptMiB: 1 })),
    });
    const line = (host: string, count: number) =>
      `2026-01-01T00:00:00.000+00:00 ${host} site line ${count} ${"x".repeat(200)}\n`;
    const lines = Array.from({ length: 6000 }, (_, count) => line("web-1", count)).join("");
    assert.equal(place.run(["sh", writer, "web-1"], lines).code, 0);
    const store = logStore(place.layout);
    const files = readdirSync(`${store}/web-1`).filter((name) => /^(@|current)/.test(name));
    const kept = files.map((name) => readFileSync(`${store}/web-1/${name}`, "utf8")).join("");
    assert.ok(kept.length <= 1_048_576 / 2, `${kept.length} bytes`);
    assert.ok(kept.length > 1_048_576 / 4, `${kept.length} bytes`);
    assert.match(kept, /line 5999 /);
    assert.deepEqual(readdirSync(store), ["web-1"]);
  });

  it("go after their days", () => {
    const store = `${logStore(place.layout)}/web-1`;
    const at = (days: number) => Date.now() / 1000 - days * 86_400;
    for (const [name, days] of [
      ["@old.s", 3],
      ["@young.s", 1],
      ["current", 3],
    ] as const) {
      place.text(`data/logs/web-1/${name}`, "a line\n");
      utimesSync(`${store}/${name}`, at(days), at(days));
    }
    assert.equal(place.run(["sh", "-c", pruneLogs(place.layout, 2)]).code, 0);
    assert.deepEqual(readdirSync(store).sort(), ["@young.s", "current"]);
  });
});
