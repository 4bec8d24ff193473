import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { zones } from "../../config/schema.ts";
import { balancerSilence } from "../../hosts/limits.ts";
import { ports } from "../../hosts/ports.ts";
import { readyPath } from "../../hosts/siteService.ts";
import type { Hop } from "../hops.ts";
import { LoadBalancer, type LoadBalancerArgs } from "../loadBalancer.ts";
import { accessLogBucket, logFolders } from "./accessLogs.ts";
import { balancerHeaderAttributes } from "./balancerHeaders.ts";
import { balancerHops } from "./balancerHops.ts";
import type { AwsFoundation } from "./foundation.ts";
import type { AwsParts } from "./parts.ts";
import type { PrivateBucket } from "./privateBucket.ts";
import { makeWaf } from "./waf.ts";

type Args = LoadBalancerArgs<AwsParts>;

/** Seconds between two health checks, and until one counts as failed: the shortest that balancers of both kinds take. */
const checkSeconds = 10;
const checkTimeoutSeconds = 5;
/** Checks in a row that change the verdict. */
const checkCount = 2;

/** TLS versions and ciphers, by the oldest version that visitors may use. Both offer hybrid post-quantum key exchange. */
const policies = {
  "1.2": "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
  "1.3": "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
} as const;

/** The site's entrance as a managed service over three zones: an ALB that decrypts, or an NLB that does not. */
export class AwsLoadBalancer extends LoadBalancer {
  readonly endpoint: pulumi.Output<string>;
  readonly hops: readonly Hop[];
  readonly kind: "alb" | "nlb";
  readonly balancer: aws.lb.LoadBalancer;
  readonly targetGroup: aws.lb.TargetGroup;
  /** Name of the web application firewall's access list; null without one. */
  readonly webAcl: pulumi.Output<string> | null;
  private readonly foundation: AwsFoundation;

  constructor(name: string, args: Args, foundation: AwsFoundation, opts: pulumi.ComponentResourceOptions) {
    super("foobar:aws:LoadBalancer", name, {}, opts);
    this.foundation = foundation;
    this.kind = args.tls.mode === "reencrypt" ? "alb" : "nlb";
    this.hops = balancerHops(args.tls.mode);
    const logs = accessLogBucket(foundation, this);
    this.balancer = this.kind === "alb" ? this.alb(name, args, logs) : this.nlb(name, args, logs);
    this.targetGroup = this.kind === "alb" ? this.albTargets(args) : this.nlbTargets(args);
    for (const { member, scalingGroup } of args.targets) {
      new aws.autoscaling.Attachment(
        member.name,
        { autoscalingGroupName: scalingGroup.name, lbTargetGroupArn: this.targetGroup.arn },
        { parent: this },
      );
    }
    if (this.kind === "alb") this.albListeners(args);
    else this.nlbListeners(args);
    const { mode } = foundation.aws.waf;
    this.webAcl =
      this.kind === "alb" && mode !== "off"
        ? makeWaf({ foundation, mode, limits: args.limits, balancerArn: this.balancer.arn }, this).name
        : null;
    this.record(args);
    this.endpoint = pulumi.output(`https://${args.domain}`);
    this.registerOutputs({ endpoint: this.endpoint });
  }

  private common({ network, nodes }: Args) {
    const [node] = nodes;
    if (!node) throw new Error("the balancer tier has no member");
    return {
      internal: false,
      subnets: zones.map((zone) => network.publicSubnets[zone].id),
      securityGroups: [network.groupOf(node.member).id],
      enableDeletionProtection: this.foundation.aws.deletionProtection,
      ipAddressType: "ipv4",
    };
  }

  private alb(name: string, args: Args, { bucket, policy }: PrivateBucket): aws.lb.LoadBalancer {
    const { balancer } = this.foundation.aws;
    const log = (prefix: string) => ({ bucket: bucket.bucket, prefix, enabled: true });
    return new aws.lb.LoadBalancer(
      name,
      {
        ...this.common(args),
        loadBalancerType: "application",
        dropInvalidHeaderFields: true,
        desyncMitigationMode: balancer.desyncMode,
        // What visitors claim about their address stands before what the balancer itself saw.
        xffHeaderProcessingMode: "append",
        enableXffClientPort: false,
        preserveHostHeader: true,
        enableHttp2: true,
        enableTlsVersionAndCipherSuiteHeaders: false,
        enableCrossZoneLoadBalancing: true,
        enableWafFailOpen: false,
        idleTimeout: balancerSilence,
        accessLogs: log(logFolders.access),
        connectionLogs: log(logFolders.connections),
        healthCheckLogs: log(logFolders.health),
      },
      { ...this.foundation.guarded(this), dependsOn: [policy] },
    );
  }

  private nlb(name: string, args: Args, { bucket, policy }: PrivateBucket): aws.lb.LoadBalancer {
    return new aws.lb.LoadBalancer(
      name,
      {
        ...this.common(args),
        loadBalancerType: "network",
        enableCrossZoneLoadBalancing: true,
        // Written for TLS listeners only, so there is none yet; a listener of that kind would be logged at once.
        accessLogs: { bucket: bucket.bucket, prefix: logFolders.access, enabled: true },
      },
      { ...this.foundation.guarded(this), dependsOn: [policy] },
    );
  }

  /** @param port where servers answer it */
  private healthCheck(port: "traffic-port" | number) {
    return {
      enabled: true,
      protocol: "HTTPS",
      path: readyPath,
      port: String(port),
      matcher: "200",
      interval: checkSeconds,
      timeout: checkTimeoutSeconds,
      healthyThreshold: checkCount,
      unhealthyThreshold: checkCount,
    };
  }

  private albTargets({ network, limits }: Args): aws.lb.TargetGroup {
    const { balancer } = this.foundation.aws;
    return new aws.lb.TargetGroup(
      "web",
      {
        vpcId: network.vpc.id,
        targetType: "instance",
        protocol: "HTTPS",
        protocolVersion: "HTTP1",
        port: ports.https,
        deregistrationDelay: limits.drainSeconds,
        // Works with round robin only.
        loadBalancingAlgorithmType: "round_robin",
        slowStart: balancer.slowStartSeconds,
        loadBalancingCrossZoneEnabled: "true",
        stickiness: { type: "lb_cookie", enabled: false },
        healthCheck: this.healthCheck("traffic-port"),
      },
      { parent: this },
    );
  }

  private nlbTargets({ network, limits }: Args): aws.lb.TargetGroup {
    return new aws.lb.TargetGroup(
      "web",
      {
        vpcId: network.vpc.id,
        targetType: "instance",
        protocol: "TCP",
        port: ports.https,
        deregistrationDelay: limits.drainSeconds,
        connectionTermination: true,
        // Connections come from the balancer's own addresses, so that rules name its group; the visitor's address
        // goes before them in the PROXY protocol.
        preserveClientIp: "false",
        proxyProtocolV2: true,
        stickiness: { type: "source_ip", enabled: false },
        // A port of its own: an NLB's checks know neither TLS 1.3 nor, for certain, the PROXY protocol's header.
        healthCheck: this.healthCheck(ports.webHealth),
      },
      { parent: this },
    );
  }

  private albListeners({ certificates, tls }: Args): void {
    const { balancer } = this.foundation.aws;
    new aws.lb.Listener(
      "https",
      {
        loadBalancerArn: this.balancer.arn,
        port: ports.https,
        protocol: "HTTPS",
        sslPolicy: balancer.tlsPolicy ?? policies[tls.minimumVersion],
        certificateArn: certificates.visitorArn,
        defaultActions: [{ type: "forward", targetGroupArn: this.targetGroup.arn }],
        routingHttpResponseServerEnabled: false,
        ...balancerHeaderAttributes,
      },
      { parent: this },
    );
    new aws.lb.Listener(
      "http",
      {
        loadBalancerArn: this.balancer.arn,
        port: ports.http,
        protocol: "HTTP",
        defaultActions: [
          {
            type: "redirect",
            redirect: { protocol: "HTTPS", port: String(ports.https), statusCode: "HTTP_301" },
          },
        ],
        routingHttpResponseServerEnabled: false,
      },
      { parent: this },
    );
  }

  private nlbListeners(args: Args): void {
    const forward = (name: string, port: number, targetGroup: aws.lb.TargetGroup) =>
      new aws.lb.Listener(
        name,
        {
          loadBalancerArn: this.balancer.arn,
          port,
          protocol: "TCP",
          defaultActions: [{ type: "forward", targetGroupArn: targetGroup.arn }],
        },
        { parent: this },
      );
    forward("https", ports.https, this.targetGroup);
    forward("http", ports.http, this.redirectTargets(args));
  }

  /** An NLB cannot answer by itself: the servers redirect to HTTPS. */
  private redirectTargets({ network, targets }: Args): aws.lb.TargetGroup {
    const group = new aws.lb.TargetGroup(
      "web-redirect",
      {
        vpcId: network.vpc.id,
        targetType: "instance",
        protocol: "TCP",
        port: ports.http,
        deregistrationDelay: 0,
        preserveClientIp: "false",
        healthCheck: { enabled: true, protocol: "TCP", port: "traffic-port", interval: checkSeconds },
      },
      { parent: this },
    );
    for (const { member, scalingGroup } of targets) {
      new aws.autoscaling.Attachment(
        `${member.name}-redirect`,
        { autoscalingGroupName: scalingGroup.name, lbTargetGroupArn: group.arn },
        { parent: this },
      );
    }
    return group;
  }

  private record({ certificates, domain }: Args): void {
    if (certificates.hostedZoneId === null) return;
    new aws.route53.Record(
      "site",
      {
        zoneId: certificates.hostedZoneId,
        name: domain,
        type: "A",
        aliases: [{ name: this.balancer.dnsName, zoneId: this.balancer.zoneId, evaluateTargetHealth: true }],
      },
      { parent: this },
    );
  }
}
