import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type BalancerInput, balancerService, renderBalancer } from "../../../hosts/haproxy/balancer.ts";
import { quoted } from "../../../hosts/haproxy/common.ts";
import { renderDatabaseHealth } from "../../../hosts/haproxy/databaseHealth.ts";
import { renderDatabaseProxy } from "../../../hosts/haproxy/databaseProxy.ts";
import { renderDrainServer } from "../../../hosts/haproxy/drain.ts";
import { renderGateway } from "../../../hosts/haproxy/gateway.ts";
import { loginPacket, quitPacket, stateQueryPacket, usable } from "../../../hosts/haproxy/mysqlCheck.ts";
import { renderOneWriter } from "../../../hosts/haproxy/oneWriter.ts";
import { plainFile } from "../../../hosts/layout.ts";
import { securityHeaders } from "../../../hosts/securityHeaders.ts";
import { openFiles } from "../../../hosts/service.ts";
import { databases, limits, webs } from "./support/stack.ts";
import { Workplace } from "./support/workplace.ts";

const place = new Workplace();
after(() => place.close());

const input = (more: Partial<BalancerInput> = {}): BalancerInput => ({
  layout: place.layout,
  host: "lb-1",
  domain: "www.foobar.com",
  addresses: ["10.77.0.100", "10.77.0.11"],
  gateways: ["10.77.0.2"],
  tlsMode: "reencrypt",
  minimumTlsVersion: "1.2",
  visitorTls: place.tls("visitor"),
  serviceTls: place.tls("balancer"),
  servers: webs,
  limits,
  redirectPorts: { 80: 443, 8080: 8443 },
  threads: 1,
  slowStartMs: 500,
  ...more,
});

function accepted(name: string, text: string): void {
  assert.equal(place.haproxySaysAgainst(place.text(`${name}.cfg`, text)), "");
}

/** Lines of one section. */
function sectionOf(text: string, head: string): string[] {
  const [, body = ""] = text.split(new RegExp(`^${head}(?: from \\w+)?\\n`, "m"));
  return (body.split(/^\S/m)[0] ?? "").split("\n").map((line) => line.trim());
}

describe("the balancer", () => {
  before(() => place.folders("run/balancer"));

  it("is accepted by HAProxy without a warning, in both modes", () => {
    for (const tlsMode of ["reencrypt", "passthrough"] as const)
      for (const minimumTlsVersion of ["1.2", "1.3"] as const)
        accepted("balancer", renderBalancer(input({ tlsMode, minimumTlsVersion })));
  });

  it("is refused with the line and the reason where it is wrong", () => {
    const wrong = renderBalancer(input()).replace("balance ", "balance mostly-");
    assert.match(
      place.haproxySaysAgainst(place.text("wrong.cfg", wrong)),
      /^exit code 1: .*wrong\.cfg:\d+\] : balance only supports/s,
    );
  });

  it("is accepted without a gateway", () => {
    accepted("balancer", renderBalancer(input({ gateways: [] })));
    assert.doesNotMatch(renderBalancer(input({ gateways: [] })), /expect-proxy/);
  });

  it("believes the PROXY protocol of the gateway only", () => {
    const lines = renderBalancer(input()).match(/expect-proxy.*/g) ?? [];
    assert.deepEqual(new Set(lines), new Set(["expect-proxy layer4 if { src 10.77.0.2 }"]));
    assert.equal(lines.length, 2);
  });

  it("replaces what a visitor claims about its address", () => {
    const lines = sectionOf(renderBalancer(input()), "frontend visitors");
    for (const line of [
      "http-request set-header X-Forwarded-For %[src]",
      "http-request set-header X-Real-IP %[src]",
      "http-request set-header X-Forwarded-Proto https",
      "http-request del-header Forwarded",
    ])
      assert.ok(lines.includes(line), line);
  });

  it("verifies each web server's name and authority, for requests and for checks, showing its own certificate", () => {
    const text = renderBalancer(input());
    const { ca, combined } = input().serviceTls;
    for (const backend of ["backend web", "backend web-once"]) {
      const lines = sectionOf(text, backend);
      const defaults = lines.find((line) => line.startsWith("default-server")) ?? "";
      assert.ok(defaults.includes(`ssl verify required ca-file ${ca} crt ${combined}`), backend);
      for (const { name } of webs)
        assert.ok(
          lines.some((line) => line.startsWith(`server ${name} `) && line.includes(`verifyhost ${name}`)),
          `${backend} ${name}`,
        );
    }
    assert.ok(sectionOf(text, "backend web").some((line) => line.includes("check-ssl check inter 200ms")));
    assert.doesNotMatch(text, /verify none/);
  });

  it("sends a request again only where that is safe", () => {
    const text = renderBalancer(input());
    const retries = (backend: string) => sectionOf(text, backend).find((line) => line.startsWith("retry-on"));
    assert.equal(retries("backend web"), "retry-on conn-failure empty-response");
    assert.equal(retries("backend web-once"), "retry-on conn-failure");
    assert.match(text, /use_backend web if METH_GET or \{ req\.hdr\(Idempotency-Key\) -m found \}/);
    assert.match(text, /default_backend web-once/);
  });

  it("redirects each HTTP port to its HTTPS port", () => {
    const text = renderBalancer(input());
    assert.match(text, /code 301 location https:\/\/%\[var\(txn\.host\)\]%\[pathq\] if \{ dst_port 80 \}/);
    assert.match(text, /https:\/\/%\[var\(txn\.host\)\]:8443%\[pathq\] if \{ dst_port 8080 \}/);
  });

  it("limits requests and connections by address", () => {
    const lines = sectionOf(renderBalancer(input()), "frontend visitors");
    assert.ok(
      lines.includes(
        "http-request deny deny_status 429 hdr Retry-After 10 if { sc_http_req_rate(0) gt 250 }",
      ),
    );
    assert.ok(lines.includes("tcp-request session reject if { sc_conn_cur(0) gt 40 }"));
    assert.ok(sectionOf(renderBalancer(input()), "defaults http").includes("timeout http-request 10s"));
  });

  it("sets every security header where it decrypts, and none where it does not", () => {
    const lines = sectionOf(renderBalancer(input()), "frontend visitors");
    for (const [name, value] of Object.entries(securityHeaders))
      assert.ok(
        lines.some((line) => line.startsWith(`http-after-response set-header ${name} ${quoted(value)}`)),
        name,
      );
    assert.deepEqual(
      sectionOf(renderBalancer(input({ tlsMode: "passthrough" })), "frontend visitors").filter((line) =>
        line.startsWith("http-"),
      ),
      [],
    );
  });

  it("does not decrypt in passthrough, and turns other names away", () => {
    const text = renderBalancer(input({ tlsMode: "passthrough" }));
    const lines = sectionOf(text, "frontend visitors");
    assert.ok(!lines.some((line) => line.startsWith("bind") && line.includes(" ssl ")));
    assert.ok(lines.includes("acl ours req.ssl_sni -i www.foobar.com localhost"));
    assert.ok(lines.includes("tcp-request content reject if hello named !ours"));
    assert.ok(sectionOf(text, "backend web").some((line) => line.includes("send-proxy-v2 verify required")));
  });

  it("may open two files for each connection", () => {
    const [, connections] = renderBalancer(input()).match(/^ {2}maxconn (\d+)$/m) ?? [];
    assert.ok(Number(connections) > 0);
    assert.ok(2 * Number(connections) < openFiles);
  });

  it("reloads without dropping and ends in good order", () => {
    const service = balancerService(place.layout);
    assert.deepEqual([service.reload, service.stopSignal], ["USR2", "USR1"]);
  });
});

describe("the other HAProxies", () => {
  const [oneWriterPath, oneWriter] = renderOneWriter(place.layout);
  before(() => place.folders("run/database-proxy"));

  it("of the database's clients is accepted, and keeps one writer for all web hosts", () => {
    place.put({ [oneWriterPath]: plainFile(oneWriter) });
    const text = renderDatabaseProxy({
      layout: place.layout,
      host: "web-1",
      databases,
      peers: webs,
      tls: place.tls("database-proxy"),
    });
    assert.equal(place.haproxySaysAgainst(place.text("proxy.cfg", text)), "");
    const writer = sectionOf(text, "backend writer");
    assert.ok(writer.includes("balance first"));
    assert.ok(writer.includes("stick on int(1)"));
    const size = writer.join("\n").match(/stick-table type integer size (\d+) nopurge peers web-hosts/)?.[1];
    assert.ok(Number(size) >= 2, "a full table silently refuses the change of the writer");
    const readers = sectionOf(text, "backend readers");
    assert.ok(readers.includes("server db-2 10.77.2.12:3306 track writer/db-2"));
    assert.ok(readers.includes("server db-2-anyway 10.77.2.12:3306 backup"), "read when none takes writes");
    const peers = sectionOf(text, "peers web-hosts");
    assert.ok(peers.includes("server web-1"));
    assert.ok(
      peers.some(
        (line) => line.startsWith("server web-2 10.77.1.12:10024") && line.includes("verifyhost web-2"),
      ),
    );
    assert.ok(
      !/^\s*bind (?!127\.0\.0\.1:|:10024 ssl )/m.test(text),
      "only the peers' port is open to others",
    );
  });

  it("that tells a node's state is accepted, and tells the web hosts only", () => {
    const text = renderDatabaseHealth({
      layout: place.layout,
      mysqlSocket: "/run/x.sock",
      callers: ["web-1", "web-2"],
      tls: place.tls("database-health"),
    });
    accepted("health", text);
    assert.match(text, /verify required\n/);
    assert.match(text, /deny deny_status 403 unless \{ ssl_c_s_dn\(cn\) -m str web-1 web-2 \}/);
  });

  it("of the gateway is accepted, and tells visitors' addresses where asked to", () => {
    const text = renderGateway([
      { name: "https", bind: "127.0.0.1:8443", target: "10.77.0.100:443", proxyProtocol: true },
      { name: "dashboard", bind: "127.0.0.1:8444", target: "10.77.3.1:443", proxyProtocol: false },
    ]);
    accepted("gateway", text);
    assert.ok(sectionOf(text, "listen https").includes("server target 10.77.0.100:443 send-proxy-v2"));
    assert.ok(sectionOf(text, "listen dashboard").includes("server target 10.77.3.1:443"));
  });

  it("has a drain program that sh accepts", () => {
    const path = place.text("drain", renderDrainServer(place.layout, 30));
    assert.deepEqual(place.run(["sh", "-n", path]), { code: 0, text: "" });
  });

  /** Takes web-1 out, where web-2 is in this state; the clock of the program runs ahead. @returns what HAProxy was told */
  function drained(other: string) {
    const row = (name: string, status: string) => `web,${name},0,0,0${",".repeat(13)}${status},`;
    const stat = ["FRONTEND", "web-1", "web-2", "BACKEND"].map((name) =>
      row(name, name === "web-2" ? other : "UP"),
    );
    const told = `${place.root}/told`;
    place.text("told", "");
    const programs = {
      socat: `read -r line; case $line in
"show info") echo "Name: HAProxy" ;;
"show stat") printf '%s\\n' ${stat.map((each) => `'${each}'`).join(" ")} ;;
*) echo "$line" >>${told} ;;
esac`,
      date: `n=$(($(cat ${place.root}/clock) + 7)); echo $n >${place.root}/clock; echo $n`,
      sleep: ":",
    };
    place.text("clock", "0");
    for (const [name, body] of Object.entries(programs))
      place.put({
        [`${place.root}/bin/${name}`]: {
          content: `#!/bin/sh\n${body}\n`,
          mode: "0755",
          user: "root",
          secret: false,
        },
      });
    const path = place.text("drain", renderDrainServer(place.layout, 30));
    const argv = ["env", `PATH=${place.root}/bin:/usr/bin:/bin`, "sh", path, "web-1", "drain"];
    return { ...place.run(argv), told: readFileSync(told, "utf8") };
  }

  it("takes a server out while another one serves", () => {
    assert.deepEqual(drained("UP"), { code: 0, text: "", told: "set server web/web-1 state drain\n" });
  });

  it("does not take out the last one that serves, and says so", () => {
    const { code, text, told } = drained("DOWN");
    assert.deepEqual([code, told], [1, ""]);
    assert.match(text, /^web-1 is the only web server that may serve/);
  });
});

describe("the packets of the database check", () => {
  const bytes = (hex: string) => Buffer.from(hex, "hex");

  it("tell their length and their number", () => {
    for (const [hex, number] of [
      [loginPacket(), 1],
      [stateQueryPacket(), 0],
      [quitPacket(), 0],
    ] as const) {
      const packet = bytes(hex);
      assert.equal(packet.readUIntLE(0, 3), packet.length - 4);
      assert.equal(packet.readUInt8(3), number);
    }
  });

  it("log in without a password and ask for all conditions", () => {
    assert.match(bytes(loginPacket()).toString("latin1"), /haproxy\0\0mysql_native_password\0$/);
    const query = bytes(stateQueryPacket()).subarray(4);
    assert.equal(query.readUInt8(0), 3);
    for (const text of ["WSREP_READY", "'Primary'", "IN ('2','4')", "=3 AND @@GLOBAL.read_only=0,'usable'"])
      assert.ok(query.toString().includes(text), text);
    assert.equal(usable, "node-usable");
    assert.ok(!query.toString().includes(usable), "the question must not look like the answer");
  });
});
