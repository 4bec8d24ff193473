import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Zone, zones } from "../../config/schema.ts";
import type { Member, Tier } from "../members.ts";
import { Network, type NetworkArgs } from "../network.ts";
import { groupDescription } from "./descriptions.ts";
import type { AwsFoundation } from "./foundation.ts";
import { policyDocument, trustWithin } from "./policies.ts";
import { type SubnetKind, type SubnetPlan, subnetKinds, subnetPlan } from "./subnets.ts";

/** Services that servers without a way to the internet reach by private endpoints. */
const privateServices = [
  "ssm",
  "ssmmessages",
  "ec2messages",
  "secretsmanager",
  "logs",
  "monitoring",
  "autoscaling",
  "kms",
];

/** Seconds over which flows are put together in the flow log; the shortest that AWS offers. */
const flowLogSeconds = 60;

const anywhere = "0.0.0.0/0";

/** The bucket that a URL of S3 leads to, by host or by path; null for another server's URL. */
export function bucketOf(url: string): string | null {
  const { hostname, pathname } = new URL(url);
  const ofS3 = hostname.match(/^(?:(.+)\.)?s3[.-](?:[a-z0-9-]+\.)*amazonaws\.com$/);
  return ofS3 === null ? null : (ofS3[1] ?? pathname.split("/")[1] ?? null);
}

/** Buckets that the agents' packages come from: AWS's own, and those that the settings name. */
function agentBuckets({ region, agents }: AwsFoundation["aws"]): readonly string[] {
  const named = Object.values(agents).map((agent) => (agent === undefined ? null : bucketOf(agent.url)));
  const own = [`amazon-ssm-${region}`, `amazoncloudwatch-agent-${region}`];
  return [...new Set([...own, ...named.filter((bucket) => bucket !== null)])];
}

type Subnets = Readonly<Record<Zone, aws.ec2.Subnet>>;

/** The zone where a single NAT gateway stands. */
const firstZone: Zone = "a";

/** A VPC over three zones, and a closed security group for each member and tier. */
export class AwsNetwork extends Network {
  readonly plan: SubnetPlan;
  readonly ranges: pulumi.Output<Readonly<Record<string, string>>>;
  readonly vpc: aws.ec2.Vpc;
  readonly range: string;
  readonly publicSubnets: Subnets;
  readonly applicationSubnets: Subnets;
  readonly databaseSubnets: Subnets;
  /** What runs inside the network on behalf of `pulumi up`. */
  readonly deploymentGroup: aws.ec2.SecurityGroup;
  /** Private endpoints of AWS's services; null when there is a NAT gateway. */
  readonly endpointGroup: aws.ec2.SecurityGroup | null;
  /** The addresses of S3 in this region, for rules. */
  readonly s3PrefixListId: pulumi.Output<string>;
  /** Where rejected flows are counted. */
  readonly flowLogGroup: aws.cloudwatch.LogGroup;
  private readonly foundation: AwsFoundation;
  private readonly groups = new Map<string, aws.ec2.SecurityGroup>();

  constructor(
    name: string,
    args: NetworkArgs,
    foundation: AwsFoundation,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("foobar:aws:Network", name, {}, opts);
    this.foundation = foundation;
    this.range = args.range;
    this.plan = subnetPlan(args.range);
    this.ranges = pulumi.output(this.rangesOf());

    this.vpc = this.makeVpc();
    this.publicSubnets = this.subnets("public");
    this.applicationSubnets = this.subnets("application");
    this.databaseSubnets = this.subnets("database");
    const applicationTables = this.routes();
    this.flowLogGroup = this.flowLog();

    for (const member of args.members) this.memberGroup(member);
    const servers = args.members.filter(({ managed }) => !managed);
    for (const tier of new Set(servers.map((member) => member.tier))) {
      this.groups.set(tier, this.group(tier, `All servers of tier ${tier}, each beside a group of its own`));
    }
    this.deploymentGroup = this.group("deployment", "What a deployment runs inside the network");
    const s3 = this.s3Endpoint(applicationTables);
    this.s3PrefixListId = s3.prefixListId;
    this.endpointGroup =
      foundation.aws.nat === "none" ? this.privateEndpoints(new Set(servers.map(({ tier }) => tier))) : null;
    this.registerOutputs({ ranges: this.ranges });
  }

  /**
   * The group of one member, filled by its firewall.
   * @throws Error for a member without one, which is a fault of the program
   */
  groupOf(member: Pick<Member, "name">): aws.ec2.SecurityGroup {
    const group = this.groups.get(member.name);
    if (!group) throw new Error(`${member.name} has no security group`);
    return group;
  }

  /** The group by which rules name a whole tier. */
  tierGroup(tier: Tier): aws.ec2.SecurityGroup {
    return this.groupOf({ name: tier });
  }

  /** Whether a member has a place in the network at all: CloudWatch, the managed monitor, has none. */
  hasGroup(member: Pick<Member, "name">): boolean {
    return this.groups.has(member.name);
  }

  private rangesOf(): Readonly<Record<string, string>> {
    const tierOf: Readonly<Record<SubnetKind, Tier>> = {
      public: "balancer",
      application: "web",
      database: "database",
    };
    return Object.fromEntries(
      subnetKinds.flatMap((kind) =>
        zones.map((zone) => [`${tierOf[kind]}-${zone}`, this.plan[kind][zone]] as const),
      ),
    );
  }

  private named(name: string) {
    return { Name: `${this.foundation.prefix}-${name}` };
  }

  private makeVpc(): aws.ec2.Vpc {
    const vpc = new aws.ec2.Vpc(
      "network",
      {
        cidrBlock: this.range,
        enableDnsSupport: true,
        enableDnsHostnames: true,
        tags: { Name: this.foundation.prefix },
      },
      { parent: this },
    );
    // Without rules: nothing that forgets to name its group can talk to anything.
    new aws.ec2.DefaultSecurityGroup(
      "default",
      { vpcId: vpc.id, ingress: [], egress: [], tags: this.named("default-closed") },
      { parent: this },
    );
    return vpc;
  }

  private subnets(kind: SubnetKind): Subnets {
    const make = (zone: Zone) =>
      new aws.ec2.Subnet(
        `${kind}-${zone}`,
        {
          vpcId: this.vpc.id,
          cidrBlock: this.plan[kind][zone],
          availabilityZone: this.foundation.aws.zones[zone],
          mapPublicIpOnLaunch: false,
          tags: this.named(`${kind}-${zone}`),
        },
        { parent: this },
      );
    return { a: make("a"), b: make("b"), c: make("c") };
  }

  private table(name: string, subnets: readonly (readonly [string, aws.ec2.Subnet])[]): aws.ec2.RouteTable {
    const table = new aws.ec2.RouteTable(
      name,
      { vpcId: this.vpc.id, tags: this.named(name) },
      { parent: this },
    );
    for (const [subnetName, subnet] of subnets) {
      new aws.ec2.RouteTableAssociation(
        subnetName,
        { subnetId: subnet.id, routeTableId: table.id },
        { parent: this },
      );
    }
    return table;
  }

  /** @returns the application subnets' tables, which are those of the servers */
  private routes(): readonly aws.ec2.RouteTable[] {
    const gateway = new aws.ec2.InternetGateway(
      "internet",
      { vpcId: this.vpc.id, tags: this.named("internet") },
      { parent: this },
    );
    const entries = (kind: SubnetKind, subnets: Subnets) =>
      zones.map((zone) => [`${kind}-${zone}`, subnets[zone]] as const);
    const open = this.table("public", entries("public", this.publicSubnets));
    new aws.ec2.Route(
      "public-internet",
      { routeTableId: open.id, destinationCidrBlock: anywhere, gatewayId: gateway.id },
      { parent: this },
    );
    // No route leads out of the database's subnets.
    this.table("database", entries("database", this.databaseSubnets));

    const gateways = this.natGateways(gateway);
    return zones.map((zone) => {
      const name = `application-${zone}`;
      const table = this.table(name, [[name, this.applicationSubnets[zone]]]);
      const nat = gateways.get(zone) ?? gateways.get(firstZone);
      if (nat) {
        new aws.ec2.Route(
          `${name}-internet`,
          { routeTableId: table.id, destinationCidrBlock: anywhere, natGatewayId: nat.id },
          { parent: this },
        );
      }
      return table;
    });
  }

  private natGateways(internet: aws.ec2.InternetGateway): ReadonlyMap<Zone, aws.ec2.NatGateway> {
    const wanted: Readonly<Record<typeof this.foundation.aws.nat, readonly Zone[]>> = {
      none: [],
      one: [firstZone],
      "per-zone": zones,
    };
    const make = (zone: Zone) => {
      const address = new aws.ec2.Eip(
        `nat-${zone}`,
        { domain: "vpc", tags: this.named(`nat-${zone}`) },
        { parent: this, dependsOn: [internet] },
      );
      return new aws.ec2.NatGateway(
        `nat-${zone}`,
        {
          allocationId: address.id,
          subnetId: this.publicSubnets[zone].id,
          tags: this.named(`nat-${zone}`),
        },
        { parent: this },
      );
    };
    return new Map(wanted[this.foundation.aws.nat].map((zone) => [zone, make(zone)] as const));
  }

  private flowLog(): aws.cloudwatch.LogGroup {
    const group = this.foundation.logGroup("flows", "network/flows", this);
    const role = new aws.iam.Role(
      "flow-log",
      { assumeRolePolicy: trustWithin("vpc-flow-logs.amazonaws.com", this.foundation.accountId) },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      "flow-log",
      {
        role: role.id,
        policy: policyDocument([
          {
            Effect: "Allow",
            Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
            Resource: pulumi.interpolate`${group.arn}:*`,
          },
          // It looks the group up first; this action knows no resources.
          { Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
        ]),
      },
      { parent: this },
    );
    new aws.ec2.FlowLog(
      "flows",
      {
        vpcId: this.vpc.id,
        trafficType: "ALL",
        logDestinationType: "cloud-watch-logs",
        logDestination: group.arn,
        iamRoleArn: role.arn,
        maxAggregationInterval: flowLogSeconds,
        tags: this.named("flows"),
      },
      { parent: this, dependsOn: [policy] },
    );
    return group;
  }

  private group(name: string, what: string): aws.ec2.SecurityGroup {
    return new aws.ec2.SecurityGroup(
      name,
      {
        vpcId: this.vpc.id,
        description: groupDescription(what),
        // Groups name each other in their rules: without this none could be deleted first.
        revokeRulesOnDelete: true,
        tags: this.named(name),
      },
      { parent: this },
    );
  }

  private memberGroup(member: Member): void {
    if (member.managed && member.tier === "monitor") return;
    const what = member.managed ? `Managed tier ${member.tier}` : `Server ${member.name}`;
    this.groups.set(member.name, this.group(member.name, `${what}: only the flows of the firewall matrix`));
  }

  /**
   * What may pass the way to S3: this account's principals to this account's buckets, and whoever fetches the agents'
   * packages. So nothing leaves for a bucket of somebody else, nor with a key of somebody else.
   */
  private s3Policy(): pulumi.Output<string> {
    const { partition, accountId, aws: settings } = this.foundation;
    const agents = agentBuckets(settings);
    return policyDocument([
      {
        Sid: "ThisAccountOnly",
        Effect: "Allow",
        Principal: "*",
        Action: "s3:*",
        Resource: "*",
        Condition: { StringEquals: { "aws:PrincipalAccount": accountId, "aws:ResourceAccount": accountId } },
      },
      {
        Sid: "FetchAgents",
        Effect: "Allow",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: agents.map((bucket) => pulumi.interpolate`arn:${partition}:s3:::${bucket}/*`),
      },
    ]);
  }

  /** What may pass a private endpoint: this account's principals. */
  private endpointPolicy(): pulumi.Output<string> {
    return policyDocument([
      {
        Sid: "ThisAccountOnly",
        Effect: "Allow",
        Principal: "*",
        Action: "*",
        Resource: "*",
        Condition: { StringEquals: { "aws:PrincipalAccount": this.foundation.accountId } },
      },
    ]);
  }

  private s3Endpoint(tables: readonly aws.ec2.RouteTable[]): aws.ec2.VpcEndpoint {
    return new aws.ec2.VpcEndpoint(
      "s3",
      {
        vpcId: this.vpc.id,
        vpcEndpointType: "Gateway",
        serviceName: `com.amazonaws.${this.foundation.aws.region}.s3`,
        routeTableIds: tables.map(({ id }) => id),
        policy: this.s3Policy(),
        tags: this.named("s3"),
      },
      { parent: this },
    );
  }

  private privateEndpoints(callers: ReadonlySet<Tier>): aws.ec2.SecurityGroup {
    const group = this.group("endpoints", "Private endpoints of AWS services");
    const groups = [
      ...[...callers].map((tier) => [tier, this.tierGroup(tier)] as const),
      ["deployment", this.deploymentGroup] as const,
    ];
    for (const [caller, { id }] of groups) {
      new aws.vpc.SecurityGroupIngressRule(
        `endpoints-in-${caller}-tcp-443`,
        {
          securityGroupId: group.id,
          referencedSecurityGroupId: id,
          ipProtocol: "tcp",
          fromPort: 443,
          toPort: 443,
          description: groupDescription("AWS services are reached by private endpoints"),
        },
        { parent: this },
      );
    }
    const policy = this.endpointPolicy();
    for (const service of privateServices) {
      new aws.ec2.VpcEndpoint(
        service,
        {
          vpcId: this.vpc.id,
          vpcEndpointType: "Interface",
          serviceName: `com.amazonaws.${this.foundation.aws.region}.${service}`,
          subnetIds: zones.map((zone) => this.applicationSubnets[zone].id),
          securityGroupIds: [group.id],
          privateDnsEnabled: true,
          policy,
          tags: this.named(service),
        },
        { parent: this },
      );
    }
    return group;
  }
}
