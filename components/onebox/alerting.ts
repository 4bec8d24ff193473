/** On the monitor: the probe that looks at the site from outside, Alertmanager, which tells people, and its guard. */
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/schema.ts";
import { alertGuardFiles, alertGuardService } from "../../hosts/alertGuard.ts";
import { alertmanagerFiles, alertmanagerService, type Receivers } from "../../hosts/alertmanager.ts";
import { probeFiles, probeService } from "../../hosts/blackbox.ts";
import { type Files, plainFile } from "../../hosts/layout.ts";
import type { DashboardArgs } from "../dashboard.ts";
import { type Deployed, type DeploymentArgs, deploy, layout } from "./deployment.ts";
import { reachedBy } from "./exits.ts";
import type { OneboxParts } from "./parts.ts";

type Args = DashboardArgs<OneboxParts>;
type Node = Args["nodes"][number];

/** Who is told, once the secrets are known. */
export function receivers({ alerts }: Settings["monitoring"]): pulumi.Output<Receivers> {
  return pulumi.output(alerts).apply(
    ({ email, webhooks, slack, heartbeat }): Receivers => ({
      email: email
        ? {
            server: reachedBy(email.server),
            from: email.from,
            to: email.to,
            user: email.user ?? null,
            password: email.password ?? null,
          }
        : null,
      webhooks: webhooks.map(({ server, path }) => ({ server: reachedBy(server), path })),
      slack: slack.map(({ server, path, channel }) => ({
        server: reachedBy(server),
        path,
        channel: channel ?? null,
      })),
      heartbeat: heartbeat
        ? {
            server: reachedBy(heartbeat.server),
            path: heartbeat.path,
            everyMinutes: heartbeat.everyMinutes,
          }
        : null,
    }),
  );
}

/** Puts an Alertmanager onto a host. */
export function deployAlertmanager(
  on: Pick<DeploymentArgs, "host" | "hostName" | "after">,
  people: pulumi.Output<Receivers>,
  { scrapeSeconds, alerts: { repeatHours } }: Settings["monitoring"],
  at: pulumi.CustomResourceOptions,
): Deployed {
  return deploy(
    {
      ...on,
      name: "alertmanager",
      files: people.apply(
        (known): Files => alertmanagerFiles({ layout, receivers: known, repeatHours, scrapeSeconds }),
      ),
      folders: { [`${layout.data}/alertmanager`]: "alertmanager" },
      services: [alertmanagerService(layout)],
    },
    at,
  );
}

/** Puts the probe, Alertmanager and what holds its alerts onto the monitor. @returns Alertmanager's service */
export function deployAlerting(
  args: Args,
  { member, firewall }: Node,
  at: pulumi.CustomResourceOptions,
): readonly pulumi.Resource[] {
  const { network, certificates, monitoring } = args;
  const on = { host: network.hostOfObserver(member.name), hostName: member.name, after: [firewall.ruleSet] };
  const ca = `${layout.etc}/probe/ca.pem`;
  deploy(
    {
      ...on,
      name: "probe",
      files: certificates.caCertificate.apply(
        (pem): Files => ({ ...probeFiles({ layout, ca }), [ca]: plainFile(pem) }),
      ),
      services: [probeService(layout)],
    },
    at,
  );
  const { services } = deployAlertmanager(on, receivers(monitoring), monitoring, at);
  deploy(
    {
      ...on,
      name: "alert-guard",
      files: alertGuardFiles(layout, monitoring.scrapeSeconds),
      services: [alertGuardService(layout)],
    },
    at,
  );
  return services;
}
