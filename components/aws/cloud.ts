/** The cloud `aws`: the same topology on managed services. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { findingsMessage } from "../../config/findings.ts";
import type { Settings } from "../../config/schema.ts";
import type { Cloud } from "../cloud.ts";
import { AwsArtifacts } from "./artifacts.ts";
import { AwsCertificates } from "./certificates.ts";
import { AwsDashboard } from "./dashboard.ts";
import { AwsFirewall } from "./firewall.ts";
import { fixedFindings } from "./fixed.ts";
import { awsFlows } from "./flows.ts";
import { AwsFoundation, type AwsSettings, stackPrefix, stackTags } from "./foundation.ts";
import { AwsLoadBalancer } from "./loadBalancer.ts";
import { type AgentShared, AwsMonitoringAgent } from "./monitoringAgent.ts";
import { AwsMysqlCluster } from "./mysqlCluster.ts";
import { AwsNetwork } from "./network.ts";
import type { AwsParts } from "./parts.ts";
import { storeSecret } from "./secrets.ts";
import { AwsServer } from "./server.ts";
import { AwsServerLogs } from "./serverLogs.ts";
import { standingOn } from "./standing.ts";

function makeProvider(settings: Settings, cloud: AwsSettings): aws.Provider {
  return new aws.Provider("aws", {
    region: cloud.region,
    defaultTags: { tags: stackTags(settings, cloud) },
    ...(cloud.accountId === undefined ? {} : { allowedAccountIds: [cloud.accountId] }),
  });
}

/** @throws pulumi.RunError, before anything is touched, when a change would have to replace the database that stands */
async function refuseReplacement(
  settings: Settings,
  cloud: AwsSettings,
  provider: aws.Provider,
): Promise<void> {
  const standing = await standingOn(stackPrefix(), cloud.database.kind, provider);
  const findings = standing === null ? [] : fixedFindings(standing, { ...settings, aws: cloud });
  if (findings.length > 0)
    throw new pulumi.RunError(findingsMessage("The change is refused, and nothing was touched:", findings));
}

/**
 * The cloud for these settings.
 * @throws Error when `aws` is not among them, which the configuration's rules prevent
 */
export async function awsCloud(settings: Settings): Promise<Cloud<AwsParts>> {
  const { aws: cloud } = settings;
  if (cloud === null) throw new Error("cloud aws was asked for without its settings");
  const provider = makeProvider(settings, cloud);
  await refuseReplacement(settings, cloud, provider);
  const within = (opts: pulumi.ComponentResourceOptions): pulumi.ComponentResourceOptions => ({
    ...opts,
    providers: { aws: provider },
  });
  const foundation = new AwsFoundation("foundation", settings, cloud, within({}));
  const artifacts = new AwsArtifacts("artifacts", foundation, within({}));
  const logs = new AwsServerLogs("server-logs", foundation, within({}));
  const shared: AgentShared = {
    foundation,
    logs,
    sumoToken:
      settings.monitoring.sumoLogic === undefined
        ? null
        : storeSecret(
            "sumo-logic",
            "Installation token of Sumo Logic",
            settings.monitoring.sumoLogic,
            foundation,
            foundation,
          ),
  };
  return {
    managedTiers: ["balancer", "database", "monitor"],
    flows: awsFlows(settings.tls.mode),
    network: (name, args, opts) => new AwsNetwork(name, args, foundation, within(opts)),
    firewall: (name, args, opts) => new AwsFirewall(name, args, within(opts)),
    certificates: (name, args, opts) => new AwsCertificates(name, args, foundation, within(opts)),
    monitoringAgent: (name, args, opts) => new AwsMonitoringAgent(name, args, shared, within(opts)),
    mysqlCluster: (name, args, opts) => new AwsMysqlCluster(name, args, foundation, artifacts, within(opts)),
    server: (name, args, opts) => new AwsServer(name, args, foundation, artifacts, within(opts)),
    loadBalancer: (name, args, opts) => new AwsLoadBalancer(name, args, foundation, within(opts)),
    dashboard: (name, args, opts) => new AwsDashboard(name, args, foundation, logs, within(opts)),
  };
}
