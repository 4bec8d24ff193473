import assert from "node:assert/strict";
import { nginxCheck } from "../../../hosts/nginx/common.ts";
import { type MonitorServerInput, renderMonitorServer } from "../../../hosts/nginx/monitor.ts";
import { renderWebServer, type WebServerInput } from "../../../hosts/nginx/web.ts";

import { prometheusService } from "../../../hosts/prometheus.ts";

import { openFiles } from "../../../hosts/service.ts";

import { balancers, limits } from "./support/stack.ts";
import { Workplace } from "./support/workplace.ts";

const place = new Workplace();
before(() => place.folders("run/web", "log/own/web", "run/dashboard", "site"));
after(() => place.close());

const web = (more: Partial<WebServerInput> = {}): string =>
  renderWebServer({
    layout: place.layout,
    domain: "www.foobar.com",
    tlsMode: "reencrypt",
    minimumTlsVersion: "1.2",
    serviceTls: place.tls("web"),
    visitorTls: place.tls("visitor"),
    balancers,
    balancerRanges: [],
    publicDirectory: `${place.root}/site`,
    applicationSocket: `${place.root}/run/site.sock`,
    limits,
    workers: 1,
    ...more,
  });

function accepted(text: string): void {
  const { code, text: said } = place.run(nginxCheck(place.text("nginx.conf", text)));
  assert.equal(code, 0, said);
  assert.doesNotMatch(said, /\[(emerg|error|alert)\]/);
}

/** Values of every line that begins with the directive. */
const values = (text: string, directive: string) =>
  [...text.matchAll(new RegExp(`^\\s*${directive} (.*);$`, "gm"))].map(([, value]) => value);

describe("the web server", () => {
  it("may open a file for each connection and each that it keeps", () => {
    const text = web();
    const [, connections] = text.match(/worker_connections (\d+);/) ?? [];
    const [, kept] = text.match(/open_file_cache max=(\d+)/) ?? [];
    assert.ok(Number(connections) > 0 && Number(kept) > 0);
    assert.ok(Number(connections) + Number(kept) < openFiles);
  });

  it("is accepted by nginx in every mode", () => {
    for (const tlsMode of ["reencrypt", "passthrough"] as const)
      for (const balancerRanges of [[], ["10.78.0.0/16"]])
        for (const minimumTlsVersion of ["1.2", "1.3"] as const)
          accepted(web({ tlsMode, balancerRanges, minimumTlsVersion }));
  });

  it("lets only balancers in, by their certificates", () => {
    const text = web();
    assert.deepEqual(values(text, "ssl_verify_client"), ["on"]);
    assert.deepEqual(values(text, "ssl_client_certificate"), [place.tls("web").ca]);
    assert.match(text, /if \(\$balancer = 0\) \{ return 403; \}/);
    assert.match(text, /"~\(\^\|,\)CN=lb-1\(,\|\$\)" 1;/);
  });

  it("asks a managed balancer for no certificate, and believes its ranges", () => {
    const text = web({ balancers: [], balancerRanges: ["10.78.0.0/16"] });
    assert.deepEqual(values(text, "ssl_verify_client"), []);
    assert.deepEqual(values(text, "set_real_ip_from"), ["10.78.0.0/16"]);
  });

  it("believes balancers only about visitors' addresses", () => {
    assert.deepEqual(values(web(), "set_real_ip_from"), ["10.77.0.11", "10.77.0.12"]);
    assert.deepEqual(values(web(), "real_ip_header"), ["X-Forwarded-For"]);
    assert.deepEqual(values(web({ tlsMode: "passthrough" }), "real_ip_header"), ["proxy_protocol"]);
  });

  it("sets the security headers in passthrough only, in every place that answers", () => {
    const hsts = "Strict-Transport-Security";
    const lines = values(web({ tlsMode: "passthrough" }), "add_header").filter((value) =>
      value?.startsWith(hsts),
    );
    assert.ok(lines.length >= 4);
    assert.deepEqual(new Set(lines), new Set([`${hsts} $strict always`]));
    assert.doesNotMatch(web(), new RegExp(hsts));
  });

  it("limits visitors itself where nobody before it can", () => {
    const text = web({ tlsMode: "passthrough" });
    assert.deepEqual(values(text, "limit_req_zone"), ["$binary_remote_addr zone=requests:10m rate=25r/s"]);
    assert.deepEqual(values(text, "limit_req"), ["zone=requests burst=250 nodelay"]);
    assert.deepEqual(values(text, "limit_conn"), ["connections 40"]);
    assert.deepEqual(values(web(), "limit_req"), []);
    assert.deepEqual(values(web(), "client_max_body_size"), ["64k"]);
  });

  it("keeps assets for a year and asks about the rest", () => {
    const text = web();
    assert.match(
      text,
      /location \/assets\/ \{\n\s*add_header Cache-Control "public, max-age=31536000, immutable";/,
    );
    assert.match(
      text,
      /location \/ \{[^}]*add_header Cache-Control no-cache;\n\s*try_files \$uri \$uri\/index\.html @application;/,
    );
  });
});

describe("the monitor's web server", () => {
  const monitor = (more: Partial<MonitorServerInput> = {}): string =>
    renderMonitorServer({
      layout: place.layout,
      minimumTlsVersion: "1.2",
      tls: place.tls("dashboard"),
      agentTls: place.tls("dashboard-client"),
      dashboardDirectory: `${place.root}/site`,
      vendorDirectories: { "/vendor/uplot/": `${place.root}/site` },
      signalsFile: `${place.root}/signals.json`,
      runbookFile: `${place.root}/runbook.html`,
      balancers,
      passwordFile: null,
      ...more,
    });

  it("is accepted by nginx, open and with passwords", () => {
    accepted(monitor());
    accepted(monitor({ passwordFile: `${place.root}/htpasswd` }));
    assert.match(monitor({ passwordFile: "/x" }), /auth_basic_user_file \/x;/);
  });

  it("lets through only what reads Prometheus", () => {
    const pattern = monitor().match(/location ~ "([^"]+)"/)?.[1];
    assert.ok(pattern);
    const allowed = new RegExp(pattern);
    for (const path of ["query", "query_range", "label/host/values", "status/buildinfo"])
      assert.match(`/prometheus/api/v1/${path}`, allowed);
    for (const path of ["admin/tsdb/delete_series", "status/config", "query/../admin", "status/flags"])
      assert.doesNotMatch(`/prometheus/api/v1/${path}`, allowed);
    assert.match(monitor(), /location \/prometheus\/ \{\n\s*return 403;/);
  });

  it("shares no answer of Prometheus with another origin", () => {
    assert.deepEqual(
      values(monitor(), "proxy_hide_header").filter((name) => name?.startsWith("Access-Control-")).length,
      6,
    );
    assert.ok(
      prometheusService(place.layout, { retentionDays: 1, scrapeSeconds: 5 }).command.includes(
        "--web.cors.origin=^$",
      ),
    );
  });

  it("verifies the balancer whose statistics it shows", () => {
    const text = monitor();
    assert.deepEqual(values(text, "proxy_ssl_verify"), ["on", "on"]);
    assert.deepEqual(values(text, "proxy_ssl_name"), ["lb-1", "lb-2"]);
    assert.match(text, /location \/balancer\/lb-2\/ \{/);
  });
});
