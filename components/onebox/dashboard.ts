import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { directoryDigest } from "../../config/directoryDigest.ts";
import { statisticsPath } from "../../hosts/haproxy/balancer.ts";
import { type Files, plainFile, secretFile } from "../../hosts/layout.ts";
import { monitorServerService, renderMonitorServer } from "../../hosts/nginx/monitor.ts";
import { ports } from "../../hosts/ports.ts";
import { prometheusFiles, prometheusService, renderPrometheus } from "../../hosts/prometheus.ts";
import { renderRules } from "../../hosts/prometheusRules.ts";
import { renderRunbookPage, runbookPath } from "../../hosts/runbookPage.ts";
import { dashboardSignals, type SignalInput } from "../../hosts/signals.ts";
import { DirectoryCopy, Endpoint } from "../../provider/sdk/index.ts";
import { Dashboard, type DashboardArgs } from "../dashboard.ts";
import type { Hop } from "../hops.ts";
import { ofTier } from "../members.ts";
import { deployAlerting } from "./alerting.ts";
import { deploy, layout } from "./deployment.ts";
import { reachedBy, receiversOf } from "./exits.ts";
import { bothFiles, material, withFiles } from "./material.ts";
import type { OneboxParts } from "./parts.ts";
import { deployWatch, tellsPeople, watcherOf } from "./watch.ts";

type Args = DashboardArgs<OneboxParts>;
type Node = Args["nodes"][number];

const project = resolve(import.meta.dirname, "../..");
const signalsFile = `${layout.etc}/dashboard/signals.json`;
const runbookFile = `${layout.etc}/dashboard/runbook.html`;
const passwordFile = `${layout.etc}/dashboard/logins`;

/** What the catalogue of signals depends on. */
const signalInput = ({ members, monitoring, tls }: Args): SignalInput => ({
  scrapeSeconds: monitoring.scrapeSeconds,
  webServers: ofTier(members, "web").length,
  databaseNodes: ofTier(members, "database").length,
  objective: monitoring.slo / 100,
  renewBeforeDays: tls.renewBeforeDays,
  backupHours: monitoring.alerts.backupHours,
  driftCheckHours: monitoring.alerts.driftCheckHours,
});

/** A folder of the project on the monitor. @returns its path inside the host */
function copy(
  { network }: Args,
  { member }: Node,
  name: string,
  source: string,
  at: pulumi.CustomResourceOptions,
) {
  const digest = directoryDigest(source);
  const target = `site/${name}-${digest.slice(0, 16)}`;
  const resource = new DirectoryCopy(
    `${member.name}-${name}`,
    { host: network.hostOfObserver(member.name), source, digest, target },
    at,
  );
  return { path: `/run/host/${target}`, resource };
}

/** The monitor: Prometheus collects, nginx shows the dashboard and the balancers' statistics pages. */
export class OneboxDashboard extends Dashboard {
  readonly urls: pulumi.Output<Readonly<Record<string, string>>>;
  readonly hops: readonly Hop[];

  constructor(name: string, args: Args, opts: pulumi.ComponentResourceOptions) {
    super("foobar:onebox:Dashboard", name, {}, opts);
    const { network, certificates, nodes, balancer } = args;
    for (const node of nodes) this.node(args, node);
    const endpoint = new Endpoint(
      name,
      {
        sandbox: network.sandbox,
        serverName: "localhost",
        address: "127.0.0.1",
        port: network.ports.dashboardPort,
        ca: certificates.caCertificate,
        path: "/",
      },
      network.inside(this),
    );
    this.urls = endpoint.url.apply(
      (url): Readonly<Record<string, string>> => ({
        overview: `${url}/`,
        ...Object.fromEntries(
          balancer.members.map((member) => [
            `statistics-${member.name}`,
            `${url}${statisticsPath(member.name)}`,
          ]),
        ),
      }),
    );
    const watched = watcherOf(args.members, args.monitoring) === null ? [] : [watchHop];
    this.hops = [...hops, ...watched, ...receiverHops(args.monitoring), ...sumoHops(args.monitoring)];
    this.registerOutputs({ urls: this.urls });
  }

  private node(args: Args, node: Node) {
    const { network, members, monitoring } = args;
    const { member, firewall } = node;
    const at = network.inside(this);
    const agentTls = material(
      args.certificates,
      args.certificates.of(member, "agent"),
      "prometheus",
      "prometheus",
    );
    const hosts = members.map((each) => ({
      name: each.name,
      tier: each.tier,
      zone: each.zone,
      alerts: tellsPeople(each, members, monitoring),
    }));
    const prometheus = deploy(
      {
        host: network.hostOfObserver(member.name),
        hostName: member.name,
        name: "prometheus",
        files: withFiles(
          agentTls.files,
          prometheusFiles(
            layout,
            renderPrometheus({
              layout,
              hosts,
              scrapeSeconds: monitoring.scrapeSeconds,
              tls: agentTls.paths,
              stack: pulumi.getStack(),
              domain: args.domain,
            }),
            renderRules(
              signalInput(args),
              `https://localhost:${network.ports.dashboardPort}${runbookPath}`,
              monitoring.sumoLogic !== undefined,
            ),
          ),
        ),
        folders: { [`${layout.data}/prometheus`]: "prometheus" },
        services: [prometheusService(layout, monitoring)],
        after: [firewall.ruleSet],
      },
      at,
    );
    const alertmanager = deployAlerting(args, node, at);
    deployWatch(args, member, [...prometheus.services, ...alertmanager], at);
    this.page(args, node, at);
  }

  private page(args: Args, node: Node, at: pulumi.CustomResourceOptions) {
    const { network, certificates, balancer, members, domain, monitoring } = args;
    const { member, firewall } = node;
    const tls = material(certificates, certificates.of(member, "service"), "dashboard", "nginx");
    const agentTls = material(certificates, certificates.of(member, "agent"), "dashboard-agents", "nginx");
    const pages = copy(args, node, "dashboard", resolve(project, "dashboard/public"), at);
    const charts = copy(args, node, "uplot", resolve(project, "node_modules/uplot/dist"), at);
    const files: Files = {
      [`${layout.etc}/dashboard/nginx.conf`]: plainFile(
        renderMonitorServer({
          layout,
          minimumTlsVersion: "1.2",
          tls: tls.paths,
          agentTls: agentTls.paths,
          dashboardDirectory: pages.path,
          vendorDirectories: { "/vendor/uplot/": charts.path },
          signalsFile,
          runbookFile,
          balancers: balancer.members,
          passwordFile: monitoring.dashboardLogins === undefined ? null : passwordFile,
        }),
      ),
      [runbookFile]: plainFile(
        renderRunbookPage(readFileSync(resolve(project, "docs/runbook.md"), "utf8"), pulumi.getStack()),
      ),
      [signalsFile]: plainFile(
        dashboardSignals(
          {
            stack: pulumi.getStack(),
            domain,
            links: balancer.members.map(({ name }) => ({
              title: `Statistics of ${name}`,
              url: statisticsPath(name),
            })),
            hosts: members.map(({ name, tier, zone }) => ({ name, tier, zone })),
            runbook: runbookPath,
          },
          signalInput(args),
        ),
      ),
    };
    const logins = pulumi
      .output(monitoring.dashboardLogins)
      .apply(
        (lines): Files =>
          lines === undefined ? {} : { [passwordFile]: secretFile(`${lines.trim()}\n`, "nginx") },
      );
    deploy(
      {
        host: network.hostOfObserver(member.name),
        hostName: member.name,
        name: "dashboard",
        files: withFiles(bothFiles(bothFiles(tls.files, agentTls.files), logins), files),
        folders: { [`${layout.run}/dashboard`]: "nginx" },
        services: [monitorServerService(layout)],
        after: [firewall.ruleSet, pages.resource, charts.resource],
      },
      at,
    );
  }
}

/** Who is told of alerts, by whom, and how safely. */
function receiverHops(monitoring: Args["monitoring"]): readonly Hop[] {
  return receiversOf(monitoring)
    .map(reachedBy)
    .flatMap(({ host, port, tls: encrypted }) =>
      ["monitor", "balancer"].map((from) => ({
        from,
        to: "receivers",
        port: `tcp/${port}`,
        encrypted,
        authenticated: encrypted,
        caller: "by the secret path or login",
        note: `${from === "monitor" ? "alerts" : "that the monitor is down"}, to ${
          encrypted ? host : "this machine's own loopback, by its own network only"
        }`,
      })),
    );
}

/** Where copies of logs and metrics go. */
function sumoHops({ sumoLogic }: Args["monitoring"]): readonly Hop[] {
  return sumoLogic === undefined
    ? []
    : [
        {
          from: "monitor",
          to: "services",
          port: `tcp/${ports.https}`,
          encrypted: true,
          authenticated: true,
          caller: "by the secret URL",
          note: "copies of logs and metrics; the monitor itself verifies Sumo Logic's name and authority",
        },
      ];
}

const watchHop: Hop = {
  from: "balancer",
  to: "monitor",
  port: `tcp/${ports.agent}`,
  encrypted: true,
  authenticated: true,
  caller: "by client certificate of the balancer that watches, to what the monitor tells of itself",
  note: "whether the monitor still computes and tells",
};

const hops: readonly Hop[] = [
  {
    from: "monitor",
    to: "every host",
    port: `tcp/${ports.agent}`,
    encrypted: true,
    authenticated: true,
    caller: "by client certificate",
    note: "what the agents see",
  },
  {
    from: "every host",
    to: "monitor",
    port: `tcp/${ports.logs}`,
    encrypted: true,
    authenticated: true,
    caller: "by client certificate, which names the host in every line",
    note: "logs",
  },
  {
    from: "operator",
    to: "monitor",
    port: `tcp/${ports.https}`,
    encrypted: true,
    authenticated: true,
    caller:
      "only this machine's loopback leads there, and a browser only from the dashboards' own pages; a password with `monitoring.dashboardLogins`",
    note: "dashboards",
  },
  {
    from: "monitor",
    to: "balancer",
    port: `tcp/${ports.https}`,
    encrypted: true,
    authenticated: true,
    caller: "not asked: it comes as a visitor does",
    note: "a look at the site from outside",
  },
];
