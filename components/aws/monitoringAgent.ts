import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { FetchedPackage, HostSecret, StartInput } from "../../hosts/awsHost.ts";
import {
  cloudWatchAgentFile,
  cloudWatchAgentStart,
  renderCloudWatchAgent,
  type ShippedLog,
} from "../../hosts/cloudWatchAgent.ts";
import { type Files, type Layout, plainFile } from "../../hosts/layout.ts";
import { webAccessLog } from "../../hosts/nginx/web.ts";
import { ports } from "../../hosts/ports.ts";
import {
  renderSumoCollector,
  sumoCollectorFile,
  sumoDropIn,
  sumoDropInText,
  sumoEnvironmentFiles,
  sumoVariables,
} from "../../hosts/sumoCollector.ts";
import { type Member, ofTier } from "../members.ts";
import { MonitoringAgent, type MonitoringAgentArgs } from "../monitoringAgent.ts";
import type { AwsCertificates } from "./certificates.ts";
import type { AwsFirewall } from "./firewall.ts";
import type { AwsFoundation } from "./foundation.ts";
import type { AwsNetwork } from "./network.ts";
import type { Statement } from "./policies.ts";
import type { StoredSecret } from "./secrets.ts";
import type { AwsServerLogs } from "./serverLogs.ts";

type Args = MonitoringAgentArgs<AwsNetwork, AwsCertificates, AwsFirewall>;

/** What all agents of a stack share. */
export interface AgentShared {
  readonly foundation: AwsFoundation;
  readonly logs: AwsServerLogs;
  /** Token of Sumo Logic; null when it is not configured. */
  readonly sumoToken: StoredSecret | null;
}

/** The way to the database for the one agent that watches it. */
export interface ObservedDatabase {
  /** `host:port` */
  readonly endpoint: string;
  readonly user: string;
  readonly secretArn: string;
  readonly ca: string;
}

/** What the agent adds to its host. */
export interface AgentParts {
  readonly files: Files;
  /** The agent that ships logs; it needs no secret. */
  readonly logAgent: StartInput["logAgent"];
  /** Packages of the other agents. */
  readonly packages: readonly FetchedPackage[];
  readonly secrets: readonly HostSecret[];
  /** Starts the other agents. */
  readonly start: readonly (readonly string[])[];
}

/** Values that are known only once the stack's parts are there. */
export interface AgentKnown {
  readonly accessGroup: string;
  readonly systemGroup: string;
  readonly sumoTokenArn: string | null;
  readonly database: ObservedDatabase | null;
}

/** Seconds between two looks at a host; CloudWatch counts by the minute. */
const intervalSeconds = 60;

/** Debian's names of processors. */
const debianArchitecture = { x86_64: "amd64", arm64: "arm64" } as const;

/** A server's CloudWatch agent and, when configured, Sumo Logic's collector. A managed tier is watched by CloudWatch itself. */
export class AwsMonitoringAgent extends MonitoringAgent {
  readonly member: Member;
  /** Whether this one watches the database for Sumo Logic: one server of the stack. */
  readonly observesDatabase: boolean;
  readonly accessGroup: aws.cloudwatch.LogGroup;
  private readonly shared: AgentShared;

  constructor(name: string, args: Args, shared: AgentShared, opts: pulumi.ComponentResourceOptions) {
    super("foobar:aws:MonitoringAgent", name, {}, opts);
    this.member = args.member;
    this.shared = shared;
    this.accessGroup = shared.logs.access;
    // By name: another order of the same servers must not roll any.
    const [first] = ofTier(args.members, "web")
      .map(({ name: each }) => each)
      .sort();
    this.observesDatabase = shared.sumoToken !== null && first === args.member.name;
    this.registerOutputs();
  }

  /** What the host's role must permit for the agent. */
  get statements(): readonly Statement[] {
    const { foundation, logs, sumoToken } = this.shared;
    const groups = [logs.access.arn, logs.system.arn];
    return [
      {
        Sid: "ShipLogs",
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
        Resource: groups.flatMap((arn) => [arn, pulumi.interpolate`${arn}:log-stream:*`]),
      },
      {
        Sid: "SendMetricsOfThisStackOnly",
        Effect: "Allow",
        Action: "cloudwatch:PutMetricData",
        Resource: "*",
        Condition: { StringEquals: { "cloudwatch:namespace": foundation.prefix } },
      },
      ...(sumoToken === null
        ? []
        : [
            {
              Sid: "ReadCollectorToken",
              Effect: "Allow" as const,
              Action: "secretsmanager:GetSecretValue",
              Resource: sumoToken.arn,
            },
          ]),
    ];
  }

  /** What must be known before the host's parts can be written. */
  get known(): pulumi.Output<Omit<AgentKnown, "database">> {
    const { logs, sumoToken } = this.shared;
    return pulumi
      .all([logs.access.name, logs.system.name, sumoToken?.arn])
      .apply(([accessGroup, systemGroup, arn]) => ({
        accessGroup,
        systemGroup,
        sumoTokenArn: arn ?? null,
      }));
  }

  /** Files, packages and secrets of the agent on its host. */
  parts(layout: Layout, domain: string, known: AgentKnown): AgentParts {
    const { foundation } = this.shared;
    const { name: stream } = this.member;
    const logs: readonly ShippedLog[] = [
      { path: webAccessLog(layout), group: known.accessGroup, stream },
      ...["web", "site"].map((service) => ({
        path: `${layout.log}/${service}/output.log`,
        group: known.systemGroup,
        stream: `${stream}/${service}`,
      })),
      { path: "/var/log/cloud-init-output.log", group: known.systemGroup, stream: `${stream}/start` },
    ];
    const config = renderCloudWatchAgent({
      host: stream,
      region: foundation.aws.region,
      namespace: foundation.prefix,
      intervalSeconds,
      logs,
    });
    const sumo = this.sumo(layout, domain, known);
    const packages = this.awsPackages();
    return {
      files: { [cloudWatchAgentFile]: plainFile(config), ...sumo.files },
      logAgent: { package: packages?.cloudWatch ?? null, start: cloudWatchAgentStart },
      packages: [...(packages === null ? [] : [packages.ssm]), ...sumo.packages],
      secrets: sumo.secrets,
      start: sumo.start,
    };
  }

  /** AWS's own agents; null where the image holds them. */
  private awsPackages(): Readonly<Record<"ssm" | "cloudWatch", FetchedPackage>> | null {
    const { image, agents, region } = this.shared.foundation.aws;
    if (image.prepared) return null;
    const architecture = debianArchitecture[image.architecture];
    const packageOf = (name: string, given: (typeof agents)["ssm"], url: string): FetchedPackage => ({
      name,
      url: given?.url ?? url,
      sha256: given?.sha256 ?? null,
    });
    return {
      ssm: packageOf(
        "amazon-ssm-agent",
        agents.ssm,
        `https://s3.${region}.amazonaws.com/amazon-ssm-${region}/latest/debian_${architecture}/amazon-ssm-agent.deb`,
      ),
      cloudWatch: packageOf(
        "amazon-cloudwatch-agent",
        agents.cloudWatch,
        `https://amazoncloudwatch-agent-${region}.s3.${region}.amazonaws.com/debian/${architecture}/latest/amazon-cloudwatch-agent.deb`,
      ),
    };
  }

  private sumo(
    layout: Layout,
    domain: string,
    { sumoTokenArn, database }: AgentKnown,
  ): Omit<AgentParts, "logAgent"> {
    if (sumoTokenArn === null) return { files: {}, packages: [], secrets: [], start: [] };
    const { foundation } = this.shared;
    const given = foundation.aws.agents.sumoLogic;
    const restart = ["systemctl", "try-restart", "otelcol-sumo.service"];
    const config = renderSumoCollector({
      host: this.member.name,
      tier: this.member.tier,
      zone: this.member.zone,
      stack: foundation.prefix,
      intervalSeconds,
      logs: {
        access: webAccessLog(layout),
        web: `${layout.log}/web/output.log`,
        site: `${layout.log}/site/output.log`,
      },
      nginxStatus: `http://127.0.0.1:${ports.nginxStatus}/`,
      siteUrl: `https://${domain}`,
      mysql: database,
    });
    return {
      files: {
        [sumoCollectorFile]: plainFile(config),
        [sumoDropIn]: plainFile(sumoDropInText),
      },
      packages:
        given === undefined || foundation.aws.image.prepared
          ? []
          : [{ name: "otelcol-sumo", url: given.url, sha256: given.sha256 ?? null }],
      secrets: [
        {
          arn: sumoTokenArn,
          files: [
            {
              path: sumoEnvironmentFiles.token,
              user: "root",
              field: null,
              prefix: `${sumoVariables.token}=`,
            },
          ],
          changed: restart,
        },
        ...(database === null
          ? []
          : [
              {
                arn: database.secretArn,
                files: [
                  {
                    path: sumoEnvironmentFiles.database,
                    user: "root" as const,
                    field: "password",
                    prefix: `${sumoVariables.databasePassword}=`,
                  },
                ],
                changed: restart,
              },
            ]),
      ],
      start: [["systemctl", "enable", "--now", "otelcol-sumo.service"]],
    };
  }
}
