/** What the monitor's web server answers to whom, by a real process before an application that shares with everyone. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { request } from "node:https";
import { renderMonitorServer } from "../../../hosts/nginx/monitor.ts";
import { until } from "../../../provider/system.ts";
import { inUserland } from "../../../tools/userland/command.ts";
import { Workplace } from "./support/workplace.ts";

describe("the dashboards in an operator's browser", () => {
  const place = new Workplace();
  const at = (name: string) => `${place.root}/${name}.sock`;
  const prometheus = createServer((_, response) => {
    for (const name of ["Origin", "Methods", "Headers"])
      response.setHeader(`Access-Control-Allow-${name}`, "*");
    response.setHeader("Access-Control-Expose-Headers", "Date").end("{}");
  });
  let nginx: ChildProcess | null = null;
  let said = "";

  const stop = async () => {
    const process = nginx;
    nginx = null;
    if (process === null || process.exitCode !== null || process.signalCode !== null) return;
    const ended = new Promise((done) => process.once("exit", done));
    process.kill("SIGTERM");
    await ended;
  };

  const start = async (passwordFile: string | null) => {
    const text = renderMonitorServer({
      layout: place.layout,
      minimumTlsVersion: "1.2",
      tls: place.tls("dashboard"),
      agentTls: place.tls("dashboard-client"),
      dashboardDirectory: `${place.root}/site`,
      vendorDirectories: {},
      signalsFile: place.text("signals.json", "{}"),
      runbookFile: place.text("runbook.html", "<html></html>"),
      balancers: [],
      passwordFile,
    })
      // One process, so that its end is the end of all.
      .replace("daemon off;", "daemon off;\nmaster_process off;")
      .replaceAll("listen 443", `listen unix:${at("dashboards")}`)
      .replaceAll(/proxy_pass http:[^;]*;/g, `proxy_pass http://unix:${at("prometheus")}:;`);
    const argv = ["nginx", "-e", "stderr", "-c", place.text("nginx.conf", text)];
    const [program = "", ...words] = inUserland(argv);
    nginx = spawn(program, words, { stdio: ["ignore", "ignore", "pipe"] });
    nginx.stderr?.setEncoding("utf8").on("data", (part: string) => {
      said += part;
    });
    await until("nginx", 20_000, () => (existsSync(at("dashboards")) ? null : said));
  };

  const get = (
    path: string,
    headers: Readonly<Record<string, string>> = {},
    method = "GET",
  ): Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders }> =>
    new Promise((done, fail) => {
      const socketPath = at("dashboards");
      const all = { host: "localhost:8444", ...headers };
      const call = request(
        { socketPath, path, method, headers: all, rejectUnauthorized: false, agent: false },
        (response) => {
          response.resume();
          response.on("end", () => done({ status: response.statusCode ?? 0, headers: response.headers }));
        },
      );
      call.on("error", fail);
      call.end();
    });

  const data = ["/prometheus/api/v1/query?query=up", "/prometheus/api/v1/alerts"];
  const paths = [...data, "/signals.json", "/runbook", "/"];

  before(async () => {
    place.folders("run/dashboard");
    place.text("site/index.html", "<html></html>");
    await new Promise<void>((done) => prometheus.listen(at("prometheus"), done));
    await start(null);
  });

  after(async () => {
    await stop();
    prometheus.close();
    place.close();
  });

  it("share no answer with a page of another origin", async () => {
    for (const path of paths) {
      const { status, headers } = await get(path, { origin: "https://evil.example" });
      const shared = Object.keys(headers).filter((name) => name.startsWith("access-control-"));
      assert.deepEqual([status, shared], [200, []], path);
      assert.equal(headers["cross-origin-resource-policy"], "same-origin", path);
    }
    assert.equal((await get(data[0] ?? "", { origin: "https://evil.example" }, "OPTIONS")).status, 403);
  });

  it("answer what their own pages ask for, and links to a page", async () => {
    for (const path of paths) {
      const from = async (site: string, mode = "cors", dest = "empty") =>
        (await get(path, { "sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest })).status;
      assert.deepEqual([await from("same-origin"), await from("none")], [200, 200], path);
      assert.deepEqual([await from("cross-site"), await from("same-site")], [403, 403], path);
      assert.equal(await from("cross-site", "navigate", "iframe"), 403, path);
      const linked = await from("cross-site", "navigate", "document");
      assert.equal(linked, data.includes(path) ? 403 : 200, path);
    }
  });

  it("answer by this machine's own names only", async () => {
    assert.equal((await get("/", { host: "127.0.0.1:8444" })).status, 200);
    for (const host of ["evil.example", "localhost.evil.example", "10.77.0.31"])
      await assert.rejects(get("/", { host }), host);
  });

  it("ask for a password where one is set", async () => {
    await stop();
    const hash = place.run(["openssl", "passwd", "-6", "sesame"]).text.trim();
    await start(place.text("logins", `operator:${hash}\n`));
    const login = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString("base64")}` });
    for (const path of paths) {
      assert.equal((await get(path)).status, 401, path);
      assert.equal((await get(path, login("operator:wrong"))).status, 401, path);
      assert.equal((await get(path, login("operator:sesame"))).status, 200, path);
    }
  });
});
