/** The cloud `onebox`: the whole topology as processes of this machine. */
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { findingsMessage } from "../../config/findings.ts";
import type { Settings } from "../../config/schema.ts";
import { ports } from "../../hosts/ports.ts";
import { hostsStandingIn } from "../../provider/sdk/index.ts";
import type { Cloud } from "../cloud.ts";
import { FlowGraph, tcp, vrrp } from "../flows.ts";
import { membersOf, type Tier } from "../members.ts";
import { type AddressPlan, addressPlan } from "./addresses.ts";
import { OneboxCertificates } from "./certificates.ts";
import { OneboxDashboard } from "./dashboard.ts";
import { departureFindings, interruption, nameFindings } from "./departures.ts";
import { exitsOf, reachedBy, receiversOf } from "./exits.ts";
import { OneboxFirewall } from "./firewall.ts";
import { OneboxLoadBalancer } from "./loadBalancer.ts";
import { OneboxMonitoringAgent } from "./monitoringAgent.ts";
import { OneboxMysqlCluster } from "./mysqlCluster.ts";
import { type Machine, OneboxNetwork } from "./network.ts";
import type { OneboxParts } from "./parts.ts";
import { OneboxServer } from "./server.ts";
import { userlandTree } from "./userland.ts";

const managedTiers: readonly Tier[] = [];

/**
 * What stands on this machine, and whether the settings may have it so.
 * @throws pulumi.RunError, before anything is touched, when a change would take the last copies of the data
 */
async function planOf(settings: Settings, directory: string): Promise<AddressPlan> {
  const hosts = await hostsStandingIn(directory);
  const members = membersOf(settings, managedTiers);
  const standing = Object.fromEntries(hosts.map(({ name, number }) => [name, number]));
  const plan = addressPlan(settings.network.range, members, standing);
  const findings = [
    ...nameFindings(hosts, settings.database.name),
    ...departureFindings(hosts, plan, members, settings.database.discard),
  ];
  if (findings.length > 0)
    throw new pulumi.RunError(findingsMessage("The change is refused, and nothing was touched:", findings));
  const told = interruption(hosts, plan, members);
  if (told !== null) await pulumi.log.warn(told);
  return plan;
}

/** The ways out of the sandbox; null where there is none. */
function outwards(monitoring: Settings["monitoring"]): Machine["exits"] {
  const { sumoLogic } = monitoring;
  const receivers = receiversOf(monitoring);
  if (receivers.length === 0 && sumoLogic === undefined) return null;
  // A URL's path is the secret, its host is not.
  return pulumi.unsecret(pulumi.output(sumoLogic).apply((url) => exitsOf(receivers, url)));
}

async function machineOf(settings: Settings): Promise<Machine> {
  const directory = `.onebox/stacks/${pulumi.getStack()}`;
  return {
    directory,
    plan: await planOf(settings, directory),
    discard: settings.database.discard,
    userland: userlandTree(resolve(import.meta.dirname, "../..")),
    rootless: process.getuid?.() !== 0,
    ports: settings.onebox,
    domain: settings.domain,
    watched: receiversOf(settings.monitoring).length > 0,
    exits: outwards(settings.monitoring),
  };
}

const observed: readonly Tier[] = ["balancer", "web", "database", "monitor"];

/** The ways to those who are told of alerts, and from who watches that they are. */
function receiverFlows(monitoring: Settings["monitoring"]): FlowGraph {
  const receiverPorts = new Set(receiversOf(monitoring).map((server) => reachedBy(server).port));
  if (receiverPorts.size === 0) return new FlowGraph();
  return [...receiverPorts].reduce(
    (graph, port) =>
      graph
        .allow("monitor", "receivers", tcp(port), "the monitor tells people of alerts")
        .allow("balancer", "receivers", tcp(port), "a balancer tells people that the monitor is down"),
    new FlowGraph().allow("balancer", "monitor", tcp(ports.agent), "a balancer watches the monitor"),
  );
}

/** What this way of running the tiers needs beyond the site's own flows. */
function flowsOf({ tls, monitoring }: Settings): FlowGraph {
  const running = new FlowGraph()
    .allow("balancer", "balancer", vrrp, "the balancers agree who holds the virtual address")
    .allow("web", "database", tcp(ports.databaseHealth), "the database proxies ask which node may be used")
    .allow("web", "web", tcp(ports.stickPeers), "the database proxies agree which node is the writer")
    .allow("database", "database", tcp(ports.galera), "the nodes replicate")
    .allow("database", "database", tcp(ports.galeraIst), "a node that was away gets what it missed")
    .allow("database", "database", tcp(ports.galeraSst), "a new node gets everything")
    .allow("operator", "monitor", tcp(ports.https), "operators open the dashboards")
    .allow("monitor", "balancer", tcp(ports.https), "the monitor looks at the site as a visitor does")
    .and(receiverFlows(monitoring));
  const health =
    tls.mode === "passthrough"
      ? running.allow("balancer", "web", tcp(ports.webHealth), "the balancer checks what it does not decrypt")
      : running;
  const shipped =
    monitoring.sumoLogic === undefined
      ? health
      : health.allow("monitor", "services", tcp(ports.https), "copies of logs and metrics go to Sumo Logic");
  return observed
    .filter((tier) => tier !== "monitor")
    .reduce(
      (graph, tier) =>
        graph
          .allow("monitor", tier, tcp(ports.agent), "the monitor collects metrics")
          .allow(tier, "monitor", tcp(ports.logs), "every host sends its logs to the monitor"),
      shipped,
    );
}

/** The cloud for these settings. */
export async function oneboxCloud(settings: Settings): Promise<Cloud<OneboxParts>> {
  const machine = await machineOf(settings);
  return {
    managedTiers,
    flows: flowsOf(settings),
    network: (name, args, opts) => new OneboxNetwork(name, args, machine, opts),
    firewall: (name, args, opts) => new OneboxFirewall(name, args, opts),
    certificates: (name, args, opts) => new OneboxCertificates(name, args, opts),
    monitoringAgent: (name, args, opts) => new OneboxMonitoringAgent(name, args, opts),
    mysqlCluster: (name, args, opts) => new OneboxMysqlCluster(name, args, opts),
    server: (name, args, opts) => new OneboxServer(name, args, opts),
    loadBalancer: (name, args, opts) => new OneboxLoadBalancer(name, args, opts),
    dashboard: (name, args, opts) => new OneboxDashboard(name, args, opts),
  };
}
