/** Another host than the monitor that watches it: it tells people when the monitor no longer can. */
import * as pulumi from "@pulumi/pulumi";
import { prometheusService } from "../../hosts/prometheus.ts";
import { watchFiles } from "../../hosts/watch.ts";
import type { DashboardArgs } from "../dashboard.ts";
import { type Member, ofTier } from "../members.ts";
import { deployAlertmanager, receivers } from "./alerting.ts";
import { deploy, layout } from "./deployment.ts";
import { receiversOf } from "./exits.ts";
import { material, withFiles } from "./material.ts";
import type { OneboxParts } from "./parts.ts";

/** The watching Prometheus decides on what it sees now. */
const retentionDays = 1;

/**
 * The balancer that watches the monitor: the first in another zone, or the first; null where nobody would be told. A
 * balancer, since the database servers hold the data and the web servers run the site's code.
 */
export function watcherOf(
  members: readonly Member[],
  monitoring: Parameters<typeof receiversOf>[0],
): Member | null {
  const [monitor] = ofTier(members, "monitor");
  if (monitor === undefined || receiversOf(monitoring).length === 0) return null;
  const balancers = ofTier(members, "balancer");
  return balancers.find(({ zone }) => zone !== monitor.zone) ?? balancers[0] ?? null;
}

/** Whether an Alertmanager runs on a member: on the monitor, and beside who watches it. */
export const tellsPeople = (
  member: Member,
  members: readonly Member[],
  monitoring: Parameters<typeof receiversOf>[0],
): boolean => member.tier === "monitor" || watcherOf(members, monitoring)?.name === member.name;

/**
 * Puts a Prometheus that watches the monitor, and an Alertmanager, onto the host of who watches.
 * @param after what they look at, so that they do not miss it while a stack is made
 */
export function deployWatch(
  { network, certificates, members, agents, monitoring }: DashboardArgs<OneboxParts>,
  monitor: Member,
  after: readonly pulumi.Resource[],
  at: pulumi.CustomResourceOptions,
): void {
  const watcher = watcherOf(members, monitoring);
  const agent = agents.find(({ member }) => member.name === watcher?.name);
  if (watcher === null || agent === undefined) return;
  const { scrapeSeconds } = monitoring;
  const on = {
    host: network.hostOfObserver(watcher.name),
    hostName: watcher.name,
    after: [agent, ...after],
  };
  const tls = material(certificates, certificates.of(watcher, "agent"), "prometheus", "prometheus");
  deploy(
    {
      ...on,
      name: "watch",
      files: withFiles(
        tls.files,
        watchFiles({
          layout,
          monitor: { ...monitor, alerts: true },
          scrapeSeconds,
          tls: tls.paths,
          stack: pulumi.getStack(),
        }),
      ),
      folders: { [`${layout.data}/prometheus`]: "prometheus" },
      services: [prometheusService(layout, { retentionDays, scrapeSeconds })],
    },
    at,
  );
  // The heartbeat is the monitor's own.
  const people = receivers(monitoring).apply((known) => ({ ...known, heartbeat: null }));
  deployAlertmanager(on, people, monitoring, at);
}
