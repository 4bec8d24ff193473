import type { Judged } from "../support/pack.ts";
import { about, type Case, resource, urn } from "../support/resource.ts";

const rule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const group = "aws:ec2/securityGroup:SecurityGroup";
const defaultGroup = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";
const balancer = "aws:lb/loadBalancer:LoadBalancer";
const vpc = "aws:ec2/vpc:Vpc";
const flowLog = "aws:ec2/flowLog:FlowLog";

const open = { cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: 443, toPort: 443 };
const inline = { cidrBlocks: ["0.0.0.0/0"], protocol: "tcp", fromPort: 443, toPort: 443 };

/** A balancer in the group `front`, and a rule that opens a group. */
const openAt = (opened: string): readonly Judged[] => [
  resource(group, {}, { name: "front" }),
  resource(group, {}, { name: "web" }),
  resource(balancer, {}, { propertyDependencies: { securityGroups: [urn(group, "front")] } }),
  resource(rule, open, { propertyDependencies: { securityGroupId: [urn(group, opened)] } }),
];

const ofVpc = { propertyDependencies: { vpcId: [urn(vpc)] } };
const ofNetwork = (...types: readonly string[]) => [
  resource(vpc, {}),
  ...types.map((type) => resource(type, {}, ofVpc)),
];

export const networkCases: readonly Case[] = [
  about(
    "open-ingress-ports",
    rule,
    open,
    [{ ...open, fromPort: 22, toPort: 22 }, /opens tcp\/22/],
    [{ ...open, fromPort: 80, toPort: 443 }, /opens tcp\/80-443/],
    [{ cidrIpv6: "::/0", ipProtocol: "-1", fromPort: -1, toPort: -1 }, /opens every port/],
  ),
  about(
    "open-ingress-ports",
    group,
    { ingress: [inline, { cidrBlocks: ["10.0.0.0/8"], protocol: "tcp", fromPort: 22, toPort: 22 }] },
    [{ ingress: [{ ...inline, fromPort: 3306, toPort: 3306 }] }, /opens tcp\/3306/],
  ),
  about(
    "open-ingress-ports",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
    { ...inline, type: "egress", fromPort: 25, toPort: 25 },
    [{ ...inline, type: "ingress", fromPort: 25, toPort: 25 }, /opens tcp\/25/],
  ),
  {
    rule: "open-ingress-at-balancer",
    passing: openAt("front"),
    failing: [
      { resources: openAt("web"), says: /not the balancer's/ },
      { resources: [resource(group, { ingress: [inline] })], says: /not the balancer's/ },
    ],
  },
  about(
    "no-remote-login",
    rule,
    { referencedSecurityGroupId: "sg-1", ipProtocol: "tcp", fromPort: 443, toPort: 443 },
    [{ referencedSecurityGroupId: "sg-1", ipProtocol: "tcp", fromPort: 20, toPort: 30 }, /opens tcp\/20-30/],
    [{ cidrIpv4: "10.0.0.0/8", ipProtocol: "-1" }, /opens every port/],
  ),
  about(
    "group-descriptions",
    rule,
    { description: "a.Z_0-9 :/()#,@[]+=&;{}!$*" },
    [{ description: "beside each server's own group" }, /refuses: beside each server's own group/],
    [{ description: "line\nbreak" }, /refuses/],
    [{ description: "x".repeat(256) }, /refuses/],
  ),
  about(
    "group-descriptions",
    group,
    { description: "x".repeat(255), ingress: [{ description: "fine" }], egress: [{}] },
    [{ description: "naïve" }, /refuses: naïve/],
    [{ ingress: [{ description: "50 %" }] }, /refuses: 50 %/],
    [{ egress: [{ description: "<none>" }] }, /refuses: <none>/],
  ),
  about("default-group-closed", defaultGroup, { ingress: [], egress: [] }, [
    { egress: [{ protocol: "-1", fromPort: 0, toPort: 0 }] },
    /has rules/,
  ]),
  {
    rule: "networks-have-flow-log",
    passing: ofNetwork(flowLog, defaultGroup),
    failing: [
      { resources: ofNetwork(defaultGroup), says: /no flow log/ },
      { resources: ofNetwork(flowLog), says: /default security group as AWS makes it/ },
    ],
  },
];
