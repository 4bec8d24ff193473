import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { zones } from "../../config/schema.ts";
import type { KeyPair } from "../certificates.ts";
import type { Member } from "../members.ts";
import { Server, type ServerArgs } from "../server.ts";
import type { AwsArtifacts } from "./artifacts.ts";
import { observerUser } from "./databaseSettings.ts";
import type { AwsFoundation } from "./foundation.ts";
import { databaseCaPath, layout } from "./hostLayout.ts";
import { imageOf } from "./image.ts";
import type { AgentKnown } from "./monitoringAgent.ts";
import type { AwsParts } from "./parts.ts";
import { type StoredSecret, storeSecret } from "./secrets.ts";
import { serverProfile } from "./serverRole.ts";
import { type ServerContent, serverUserData } from "./serverUserData.ts";

type Args = ServerArgs<AwsParts>;

/**
 * Seconds that a new instance has to say that it is ready: packages are installed in the first two minutes. The same for
 * every image: another number would replace the group, and all three at once.
 */
const startSeconds = 900;

/**
 * Minutes that `pulumi up` waits for a first instance: time for one that never gets ready and another. What cannot be
 * launched at all (no capacity, no such image) ends the wait at once, with AWS's reason.
 */
const capacityTimeout = "35m";

/** Seconds in service before the balancer's verdict counts: it looks every ten, and twice. */
const graceSeconds = 60;

/** Seconds that a new instance must have been in service before the old one goes: the balancer's turn to find it healthy. */
const warmupSeconds = 60;

/** Name of the hook that keeps a new instance out of service until it says that it is ready. */
const readyHook = "ready";

/**
 * A web server that replaces itself: an Auto Scaling group of one, in its zone. A change of configuration, site or
 * image starts the new instance first; it is in service only once it serves requests and says so, and only then the
 * old one goes. One that never does is ended; the old one stays, and the group's template is the new one until the next
 * `up`. The group's own `autoRollback` would not help: the provider writes the new template into the group before it
 * starts the refresh, so that AWS goes "back" to it, and again and again.
 */
export class AwsServer extends Server {
  readonly member: Member;
  readonly location: pulumi.Output<string>;
  readonly scalingGroup: aws.autoscaling.Group;
  private readonly foundation: AwsFoundation;
  private readonly artifacts: AwsArtifacts;
  /** Name of the group; the instances must know it before it is there. */
  private readonly groupName: string;

  constructor(
    name: string,
    args: Args,
    foundation: AwsFoundation,
    artifacts: AwsArtifacts,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("foobar:aws:Server", name, {}, opts);
    this.member = args.member;
    this.foundation = foundation;
    this.artifacts = artifacts;
    this.groupName = `${foundation.prefix}-${name}`;
    const template = this.template(args);
    this.scalingGroup = this.group(args, template);
    this.location = this.scalingGroup.name;
    this.registerOutputs({ location: this.location });
  }

  private pairSecret(name: string, pair: KeyPair, args: Args): StoredSecret {
    return storeSecret(
      name,
      "Certificate and private key",
      pulumi.jsonStringify({
        certificate: pair.certificate,
        key: pair.key,
        ca: args.certificates.caCertificate,
      }),
      this.foundation,
      this,
    );
  }

  private template(args: Args): aws.ec2.LaunchTemplate {
    const { foundation, artifacts } = this;
    const { member, certificates, database, agent, network, firewall, site } = args;
    const { name } = member;
    const service = this.pairSecret(`${name}-tls`, certificates.of(member, "service"), args);
    const visitor =
      args.tls.mode === "passthrough" && certificates.visitor !== null
        ? this.pairSecret(`${name}-visitor`, certificates.visitor, args)
        : null;
    const databaseSecret = site.schemaSql === null ? null : database.siteSecret;
    const observer = agent.observesDatabase ? database.observerSecret : null;
    const secrets = [service, visitor, databaseSecret, observer].flatMap((secret) =>
      secret === null ? [] : [secret],
    );
    const profile = serverProfile(
      name,
      {
        foundation,
        artifacts,
        group: this.groupName,
        secrets: secrets.map(({ arn }) => arn),
        agents: agent.statements,
      },
      this,
    );
    const arnOf = (secret: StoredSecret | null): pulumi.Output<string | null> =>
      secret === null ? pulumi.output(null) : secret.arn;
    const arns = pulumi.all([service.arn, arnOf(visitor), arnOf(databaseSecret), arnOf(observer)]);
    const userData = pulumi
      .all([agent.known, artifacts.site(site), artifacts.node, artifacts.databaseCa, arns, database.summary])
      .apply(([known, artifact, node, databaseCa, secretArns, summary]) => {
        const [tlsSecret, visitorSecret, secret, observed] = secretArns;
        const agentKnown: AgentKnown = {
          ...known,
          database:
            observed === null
              ? null
              : { endpoint: summary.writer, user: observerUser, secretArn: observed, ca: databaseCaPath },
        };
        const content: ServerContent = {
          member,
          domain: args.domain,
          region: foundation.aws.region,
          tls: args.tls,
          limits: args.limits,
          firewall: firewall.rules ?? "",
          balancerRanges: zones.map((zone) => network.plan.public[zone]),
          site: { artifact, main: site.main, hash: site.hash },
          node,
          databaseCa,
          databaseSecret: secret,
          tlsSecret,
          visitorSecret,
          agent: agent.parts(layout, args.domain, agentKnown),
          prepared: foundation.aws.image.prepared,
          group: this.groupName,
          hook: readyHook,
        };
        return serverUserData(content);
      });
    return new aws.ec2.LaunchTemplate(
      name,
      {
        namePrefix: `${foundation.prefix}-${name}-`,
        description: `Server ${name}`,
        imageId: imageOf(foundation, this),
        instanceType: foundation.aws.instanceTypes[member.size],
        updateDefaultVersion: true,
        ebsOptimized: "true",
        iamInstanceProfile: { arn: profile.arn },
        vpcSecurityGroupIds: [network.groupOf(member).id, network.tierGroup(member.tier).id],
        metadataOptions: {
          httpEndpoint: "enabled",
          httpTokens: "required",
          httpPutResponseHopLimit: 1,
          instanceMetadataTags: "disabled",
        },
        blockDeviceMappings: [
          {
            deviceName: "/dev/xvda",
            ebs: {
              encrypted: "true",
              volumeType: "gp3",
              volumeSize: foundation.aws.diskGiB,
              deleteOnTermination: "true",
            },
          },
        ],
        monitoring: { enabled: true },
        tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
          resourceType,
          tags: { ...foundation.tags, Name: `${foundation.prefix}-${name}`, server: name },
        })),
        userData,
      },
      { parent: this, dependsOn: secrets.map(({ version }) => version) },
    );
  }

  private group(args: Args, template: aws.ec2.LaunchTemplate): aws.autoscaling.Group {
    const { foundation } = this;
    const { member, network, firewall, database } = args;
    const name = this.groupName;
    return new aws.autoscaling.Group(
      member.name,
      {
        name,
        vpcZoneIdentifiers: [network.applicationSubnets[member.zone].id],
        minSize: 1,
        desiredCapacity: 1,
        // Room for the new instance beside the old one.
        maxSize: 2,
        launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
        healthCheckType: "ELB",
        healthCheckGracePeriod: graceSeconds,
        initialLifecycleHooks: [
          {
            name: readyHook,
            lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
            defaultResult: "ABANDON",
            heartbeatTimeout: startSeconds,
          },
        ],
        waitForCapacityTimeout: capacityTimeout,
        defaultInstanceWarmup: warmupSeconds,
        // Never fewer than one in service: launch first, terminate after.
        instanceMaintenancePolicy: { minHealthyPercentage: 100, maxHealthyPercentage: 200 },
        instanceRefresh: {
          strategy: "Rolling",
          preferences: {
            minHealthyPercentage: 100,
            maxHealthyPercentage: 200,
            instanceWarmup: String(warmupSeconds),
            skipMatching: true,
          },
        },
        terminationPolicies: ["OldestLaunchTemplate", "OldestInstance"],
        metricsGranularity: "1Minute",
        enabledMetrics: ["GroupInServiceInstances", "GroupTotalInstances", "GroupPendingInstances"],
        tags: Object.entries({ ...foundation.tags, Name: name, server: member.name }).map(([key, value]) => ({
          key,
          value,
          // Instances have theirs from the template.
          propagateAtLaunch: false,
        })),
      },
      // The first start needs a way out through routes and rules that are already there.
      { parent: this, dependsOn: [network, firewall, database.ready] },
    );
  }
}
