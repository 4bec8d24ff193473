import type * as pulumi from "@pulumi/pulumi";
import { renderAgent } from "../../hosts/agent/agent.ts";
import { pruneLogs } from "../../hosts/logs/store.ts";
import { logControl } from "../../hosts/logs/syslogNg.ts";
import { tlsPaths } from "../../hosts/tlsFiles.ts";
import { type Member, ofTier } from "../members.ts";
import { MonitoringAgent, type MonitoringAgentArgs } from "../monitoringAgent.ts";
import type { OneboxCertificates } from "./certificates.ts";
import { deploy, layout, root, scanDirectory } from "./deployment.ts";
import { gatewayName } from "./exits.ts";
import type { OneboxFirewall } from "./firewall.ts";
import { deployLogs } from "./logs.ts";
import { material, withFiles } from "./material.ts";
import type { OneboxNetwork } from "./network.ts";
import { tellsPeople, watcherOf } from "./watch.ts";

/** Folders of the services whose certificates an agent watches, by tier; the first is the one that visitors see. */
export const certificateOwners = {
  balancer: ["visitor", "balancer"],
  web: ["web"],
  database: ["mariadb"],
  monitor: ["dashboard"],
} as const;

export type AgentArgs = MonitoringAgentArgs<OneboxNetwork, OneboxCertificates, OneboxFirewall>;

/** Address → who has it. */
function namesByAddress({ plan }: OneboxNetwork, members: readonly Member[]): Record<string, string> {
  const hosts = members.map(({ name }) => [plan.places[name]?.address ?? "", name] as const);
  return {
    ...Object.fromEntries(hosts),
    [plan.gateway.address]: gatewayName,
    [plan.virtual.address]: "virtual-address",
  };
}

/** One host's agent: node exporter, the tier's own exporters, log metrics; offered to the monitor over mutual TLS; logs, sent to it likewise. */
export class OneboxMonitoringAgent extends MonitoringAgent {
  readonly member: Member;

  constructor(name: string, args: AgentArgs, opts: pulumi.ComponentResourceOptions) {
    super("foobar:onebox:MonitoringAgent", name, {}, opts);
    const { network, certificates, firewall, member, members, monitoring } = args;
    this.member = member;
    const tls = material(certificates, certificates.of(member, "agent"), "agent", "haproxy");
    const watcher = watcherOf(members, monitoring);
    const owners = ["agent", ...certificateOwners[member.tier]];
    const agent = renderAgent({
      layout,
      host: member.name,
      tier: member.tier,
      tls: tls.paths,
      callers: ofTier(members, "monitor").map((monitor) => monitor.name),
      watchers: watcher === null ? [] : [watcher.name],
      alerts: tellsPeople(member, members, monitoring),
      certificates: Object.fromEntries(owners.map((owner) => [owner, tlsPaths(layout, owner).certificate])),
      intervalSeconds: monitoring.scrapeSeconds,
      scanDirectory,
      virtualAddress: member.tier === "balancer" ? network.plan.virtual.address : null,
      logControl: logControl(layout),
      chores: member.tier === "monitor" ? [pruneLogs(layout, monitoring.retentionDays)] : [],
      openPorts: firewall.openPorts,
      names: namesByAddress(network, members),
      knownPorts: firewall.knownPorts,
      plainFolders: [root, "/tmp"],
      ulogdPlugins: `/usr/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu/ulogd`,
    });
    deploy(
      {
        host: network.hostOfObserver(member.name),
        hostName: member.name,
        name: "agent",
        files: withFiles(tls.files, agent.files),
        folders: agent.folders,
        services: agent.services,
        after: [firewall.ruleSet],
      },
      network.inside(this),
    );
    deployLogs(args, network.inside(this));
    this.registerOutputs();
  }
}
