/** The logs of a host: sent to the monitor, which keeps them. */
import * as pulumi from "@pulumi/pulumi";
import { type Files, plainFile, programFile } from "../../hosts/layout.ts";
import { renderLogShipper } from "../../hosts/logs/shipper.ts";
import { logStore, logWriter, renderLogStore, renderLogWriter } from "../../hosts/logs/store.ts";
import { renderSumoRelay, sumoCopies, sumoPrograms, sumoRelayService } from "../../hosts/logs/sumo.ts";
import { logConfiguration, logService, logState, logUser } from "../../hosts/logs/syslogNg.ts";
import { ports } from "../../hosts/ports.ts";
import type { TlsPaths } from "../../hosts/tlsFiles.ts";
import { ofTier } from "../members.ts";
import { deploy, layout } from "./deployment.ts";
import { material, withFiles } from "./material.ts";
import type { AgentArgs } from "./monitoringAgent.ts";

function storeFiles({ network, member, members, monitoring }: AgentArgs, tls: TlsPaths): Files {
  const hosts = members.map(({ name }) => ({ name, address: network.addressOf({ name }) }));
  const { sumoLogic, sumoLogicQueueMiB: queueMiB } = monitoring;
  const copies =
    sumoLogic === undefined
      ? undefined
      : sumoCopies({ layout, stack: pulumi.getStack(), hosts: members, queueMiB });
  return {
    ...(copies === undefined ? {} : sumoPrograms(layout)),
    [logConfiguration(layout)]: plainFile(
      renderLogStore({ layout, host: member.name, hosts, tls, ...(copies && { copies }) }),
    ),
    [logWriter(layout)]: programFile(
      renderLogWriter(layout, { hosts: hosts.map(({ name }) => name), keptMiB: monitoring.logsMiB }),
    ),
  };
}

function shipperFiles({ member, members }: AgentArgs, tls: TlsPaths): Files {
  const [monitor] = ofTier(members, "monitor");
  if (!monitor) throw new Error("the stack has no monitor to send logs to");
  return {
    [logConfiguration(layout)]: plainFile(
      renderLogShipper({ layout, host: member.name, monitor: monitor.name, tls }),
    ),
  };
}

/** The way from the monitor to Sumo Logic. */
function deploySumoRelay(
  { network, member, monitoring, firewall }: AgentArgs,
  url: pulumi.Output<string>,
  at: pulumi.CustomResourceOptions,
): void {
  const by = `${network.plan.gateway.address}:${ports.https}`;
  const ca = monitoring.sumoLogicCa ?? null;
  deploy(
    {
      host: network.hostOfObserver(member.name),
      hostName: member.name,
      name: "sumo",
      files: url.apply((known) => renderSumoRelay(layout, { url: known, by, ca })),
      services: [sumoRelayService(layout)],
      after: [firewall.ruleSet],
    },
    at,
  );
}

/** Sends a host's logs to the monitor; on the monitor, receives and keeps them. */
export function deployLogs(args: AgentArgs, at: pulumi.CustomResourceOptions): void {
  const { network, certificates, member, firewall } = args;
  const monitor = member.tier === "monitor";
  const { sumoLogic } = args.monitoring;
  if (monitor && sumoLogic !== undefined) deploySumoRelay(args, sumoLogic, at);
  const tls = material(certificates, certificates.of(member, "agent"), "logs", logUser);
  deploy(
    {
      host: network.hostOfObserver(member.name),
      hostName: member.name,
      name: "logs",
      files: withFiles(tls.files, monitor ? storeFiles(args, tls.paths) : shipperFiles(args, tls.paths)),
      folders: {
        [`${layout.run}/logs`]: logUser,
        [logState(layout)]: logUser,
        ...(monitor ? { [logStore(layout)]: logUser } : {}),
      },
      services: [logService(layout)],
      // The database's slow log is for its own group.
      groups: member.tier === "database" ? ["mysql"] : [],
      after: [firewall.ruleSet],
    },
    at,
  );
}
