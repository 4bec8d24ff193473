import assert from "node:assert/strict";
import { type AgentInput, type AgentTier, renderAgent } from "../../../hosts/agent/agent.ts";
import { mtailProgram } from "../../../hosts/agent/mtail.ts";
import { renderNftables } from "../../../hosts/nftables.ts";
import { renderPrometheus } from "../../../hosts/prometheus.ts";
import { renderRules } from "../../../hosts/prometheusRules.ts";
import { usualInput } from "../../../hosts/signals.ts";
import { Workplace } from "./support/workplace.ts";

const place = new Workplace();
after(() => place.close());
const tiers: readonly AgentTier[] = ["balancer", "web", "database", "monitor"];

describe("the monitoring agent", () => {
  const agent = (tier: AgentTier, more: Partial<AgentInput> = {}) =>
    renderAgent({
      layout: place.layout,
      host: "host-1",
      tier,
      tls: place.tls("agent"),
      callers: ["monitor"],
      watchers: [],
      alerts: tier === "monitor",
      certificates: { agent: place.tls("agent").certificate },
      intervalSeconds: 5,
      scanDirectory: null,
      virtualAddress: tier === "balancer" ? "10.77.0.100" : null,
      logControl: null,
      chores: [],
      openPorts: [9443],
      names: { "127.0.0.1": "web-1", "127.0.0.9": "gateway" },
      knownPorts: [443],
      plainFolders: [place.root],
      ulogdPlugins: "/plugins",
      ...more,
    });
  const named = (tier: AgentTier) => agent(tier).services.map(({ name }) => name);

  it("has the tier's own exporters", () => {
    const everywhere = ["agent-endpoint", "node-exporter", "firewall-log", "host-metrics"];
    assert.deepEqual(named("monitor"), everywhere);
    assert.deepEqual(named("balancer"), [...everywhere, "mtail"]);
    assert.deepEqual(named("web"), [...everywhere, "mtail"]);
    assert.deepEqual(named("database"), [...everywhere, "mysql-exporter"]);
  });

  it("offers everything at one port, to the monitor's certificate only", () => {
    for (const tier of tiers) {
      const text = agent(tier).files[`${place.layout.etc}/agent/endpoint.cfg`]?.content ?? "";
      assert.equal(place.haproxySaysAgainst(place.text("endpoint.cfg", text)), "");
      assert.deepEqual(text.match(/^\s*bind .*:9443 .*$/gm)?.length, 1);
      assert.match(text, /verify required/);
      assert.match(text, /deny deny_status 403 unless \{ ssl_c_s_dn\(cn\) -m str monitor \}/);
    }
  });

  it("lets who watches the monitor ask for what it tells of itself, there alone", () => {
    const of = (tier: AgentTier) =>
      agent(tier, { watchers: ["lb-2"] }).files[`${place.layout.etc}/agent/endpoint.cfg`]?.content ?? "";
    assert.equal(place.haproxySaysAgainst(place.text("endpoint.cfg", of("monitor"))), "");
    assert.match(
      of("monitor"),
      /403 unless \{ ssl_c_s_dn\(cn\) -m str monitor \} \|\| \{ ssl_c_s_dn\(cn\) -m str lb-2 \} \{ path \/prometheus \/alertmanager \}$/m,
    );
    for (const tier of tiers.filter((each) => each !== "monitor")) assert.doesNotMatch(of(tier), /lb-2/);
  });

  it("listens with everything else on the loopback only", () => {
    for (const { command } of tiers.flatMap((tier) => agent(tier).services))
      for (const word of command.filter((text) => /--(web\.listen-address|address)=/.test(text)))
        assert.match(word, /=127\.0\.0\.1/);
  });

  it("writes the host's metrics", () => {
    place.folders("data", "run/agent");
    const files = agent("balancer").files;
    place.put(files);
    const program = `${place.layout.etc}/agent/host-metrics`;
    // The loop's first sleep ends it: everything has been written by then.
    const script = `sleep() { kill $$; }\n${files[program]?.content ?? ""}`;
    place.run(["bash", "-c", script]);
    const read = (name: string) => place.run(["cat", `${place.layout.run}/metrics/${name}.prom`]).text;
    assert.match(
      read("host"),
      /^host_cpu_seconds_total \d+\.\d\d\nhost_memory_bytes [1-9]\d*\nhost_processes [1-9]\d*$/m,
    );
    assert.match(read("host"), /^balancer_active 0$/m);
    const end = Number(
      read("slow").match(/^host_certificate_end_seconds\{certificate="agent"\} (\d+)$/m)?.[1],
    );
    assert.ok(end > Date.now() / 1000 && end < Date.now() / 1000 + 3 * 86_400);
    assert.match(read("host"), /^host_disk_size_bytes [1-9]\d*\nhost_disk_available_bytes \d+$/m);
  });

  it("counts the firewall's packets", () => {
    const text = agent("web").files[`${place.layout.etc}/agent/host-metrics`]?.content ?? "";
    const body = text.match(/^firewall\(\) \{[\s\S]*?^\}/m)?.[0] ?? "";
    const rules =
      "table inet firewall { counter in_web { packets 5 bytes 9 }; counter denied_in { packets 7 bytes 9 }; }";
    const { text: said } = place.run(["sh", "-c", `nft '${rules}'\n${body}\nfirewall | sort`]);
    assert.equal(
      said,
      'firewall_accepted_connections_total{flow="in_web"} 5\nfirewall_denied_packets_total{direction="in"} 7\n',
    );
  });

  it("counts what it refuses by both ends and port, the unknown as other", () => {
    const text = agent("web").files[`${place.layout.etc}/agent/host-metrics`]?.content ?? "";
    const body = text.match(/^denied_flows\(\) \{[\s\S]*?^\}/m)?.[0] ?? "";
    const rules = place.text(
      "rules.nft",
      renderNftables({ ingress: [], egress: [] }).replaceAll(/^.* lo accept .*$/gm, ""),
    );
    const knock = (address: string, port: number) =>
      `for n in 1 2 3; do echo x >/dev/udp/${address}/${port}; done 2>/dev/null`;
    const script = [
      `ip link set lo up; nft -f ${rules}`,
      knock("127.0.0.9", 443),
      knock("127.0.0.9", 22),
      knock("127.0.0.9", 23),
      knock("127.0.0.8", 443),
      body,
      "denied_flows | sort",
    ].join("\n");
    const line = (destination: string, port: string, packets: number) =>
      `firewall_denied_flow_packets_total{direction="out",source="host-1",destination="${destination}",protocol="udp",port="${port}"} ${packets}`;
    assert.deepEqual(place.run(["bash", "-c", script]).text.trim().split("\n"), [
      line("gateway", "443", 3),
      line("gateway", "other", 6),
      line("other", "443", 3),
    ]);
  });

  it("tells ports that no flow leads to, and files that run as somebody else", () => {
    const files = agent("web", { openPorts: [443, 9443] }).files;
    const text = files[`${place.layout.etc}/agent/host-metrics`]?.content ?? "";
    const body = ["listeners", "setuid"].map(
      (name) => text.match(new RegExp(`^${name}\\(\\) \\{[\\s\\S]*?^\\}`, "m"))?.[0],
    );
    const listen = (address: string) => `socat TCP-LISTEN:\${1},bind=${address} STDOUT 2>/dev/null &`;
    const script = [
      "ip link set lo up; ip addr add 10.9.9.9/32 dev lo",
      ...body,
      `echo x >${place.root}/setuid; chmod 4755 ${place.root}/setuid`,
      `on() { ${listen("10.9.9.9")} }; inside() { ${listen("127.0.0.1")} }`,
      "on 443; on 4444; on 65000; inside 5555",
      "until [ $(grep -c ' 0A ' /proc/net/tcp) = 4 ]; do sleep 0.05; done",
      "listeners; setuid; kill $(jobs -p)",
    ].join("\n");
    assert.equal(
      place.run(["bash", "-c", script]).text,
      "host_unexpected_listeners 2\nhost_setuid_files 1\n",
    );
  });

  it("turns its logs over with a configuration that logrotate accepts", () => {
    for (const tier of tiers) {
      const text = agent(tier).files[`${place.layout.etc}/agent/logrotate.conf`]?.content ?? "";
      const path = place.text("logrotate.conf", text);
      const { code, text: said } = place.run([
        "logrotate",
        "--debug",
        "--state",
        `${place.root}/state`,
        path,
      ]);
      assert.equal(code, 0, said);
      assert.doesNotMatch(said, /^error/m);
    }
  });
});

describe("metrics out of request logs", () => {
  function metrics(tier: AgentTier, log: string): string {
    const program = place.text(`${tier}.mtail`, mtailProgram(tier) ?? "");
    const path = place.text(`${tier}.log`, log);
    const flags = [
      "--one_shot",
      "--one_shot_format=prometheus",
      "--logtostderr=false",
      `--log_dir=${place.root}`,
    ];
    return place.run(["mtail", `--progs=${program}`, `--logs=${path}`, ...flags]).text;
  }

  it("count a web server's requests and their durations by route", () => {
    const text = metrics(
      "web",
      '{"route":"api","status":201,"seconds":0.030,"time":"x"}\n{"route":"api","status":201,"seconds":0.004,"uri":"/\\"status\\":500"}\nnoise\n',
    );
    assert.match(text, /web_requests_total\{[^}]*code="201"[^}]*route="api"[^}]*\} 2/);
    assert.match(text, /web_request_duration_seconds_bucket\{[^}]*le="0\.005"[^}]*\} 1/);
    assert.match(text, /web_request_duration_seconds_count\{[^}]*\} 2/);
    assert.doesNotMatch(text, /code="500"/);
  });

  it("count what visitors see at the balancer, milliseconds as seconds", () => {
    const text = metrics("balancer", '{"route":"page","status":200,"ms":40,"time":"x"}\n[NOTICE] noise\n');
    assert.match(text, /balancer_requests_total\{[^}]*code="200"[^}]*route="page"[^}]*\} 1/);
    assert.match(text, /balancer_request_duration_seconds_sum\{[^}]*\} 0\.04/);
  });

  it("exist for the tiers that have requests", () => {
    assert.deepEqual(
      tiers.map((tier) => mtailProgram(tier) !== null),
      [true, true, false, false],
    );
  });
});

describe("Prometheus", () => {
  const hosts = tiers.map((tier) => ({
    name: `${tier}-1`,
    tier,
    zone: "a",
    alerts: tier === "monitor",
  }));

  it("accepts what it is told", () => {
    place.put({});
    place.text("etc/prometheus/rules.yml", renderRules(usualInput, "https://localhost:8444/runbook"));
    const text = renderPrometheus({
      layout: place.layout,
      hosts,
      scrapeSeconds: 5,
      tls: place.tls("prometheus"),
      stack: "dev",
      domain: "www.foobar.com",
    });
    const { code, text: said } = place.run([
      "promtool",
      "check",
      "config",
      place.text("prometheus.yml", text),
    ]);
    assert.equal(code, 0, said);
  });

  it("asks each host for what its tier offers, over TLS with its own certificate", () => {
    const tls = place.tls("prometheus");
    const parsed = JSON.parse(
      renderPrometheus({
        layout: place.layout,
        hosts,
        scrapeSeconds: 5,
        tls,
        stack: "dev",
        domain: "www.foobar.com",
      }),
    );
    const targets = Object.fromEntries(
      parsed.scrape_configs.map((job: { job_name: string; static_configs: { targets: string[] }[] }) => [
        job.job_name,
        job.static_configs.flatMap((one) => one.targets),
      ]),
    );
    assert.deepEqual(targets, {
      node: ["balancer-1:9443", "web-1:9443", "database-1:9443", "monitor-1:9443"],
      balancer: ["balancer-1:9443"],
      mtail: ["balancer-1:9443", "web-1:9443"],
      "database-proxy": ["web-1:9443"],
      mysql: ["database-1:9443"],
      alertmanager: ["monitor-1:9443"],
      probe: ["127.0.0.1:9115"],
      "probe-outdated": ["127.0.0.1:9115"],
    });
    for (const job of parsed.scrape_configs.filter(
      (one: { job_name: string }) => !/^probe/.test(one.job_name),
    )) {
      assert.equal(job.scheme, "https");
      assert.equal(job.tls_config.key_file, tls.key);
    }
  });
});
