/** Who can reach what. */
import type { PolicyResource } from "@pulumi/policy";
import { z } from "zod";
import { listOf, text } from "../properties.ts";
import { comesFrom } from "../related.ts";
import { resourceRule, stackRule } from "../rule.ts";

const everywhere = ["0.0.0.0/0", "::/0"];

const ingressRule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const egressRule = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const oldRule = "aws:ec2/securityGroupRule:SecurityGroupRule";
const groupTypes = [
  "aws:ec2/securityGroup:SecurityGroup",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
];

/** An ingress as the three types of resource write it. */
const opening = z.object({
  cidrIpv4: text,
  cidrIpv6: text,
  cidrBlocks: listOf(z.string()),
  ipv6CidrBlocks: listOf(z.string()),
  ipProtocol: text,
  protocol: text,
  fromPort: z.number().nullish(),
  toPort: z.number().nullish(),
});
type Opening = z.output<typeof opening>;

const ingress = opening.extend({ type: text, ingress: listOf(opening) });

/** The openings of a resource, whichever its type. */
function openingsOf(known: z.output<typeof ingress>, type: string): readonly Opening[] {
  if (groupTypes.includes(type)) return known.ingress;
  return type === oldRule && known.type !== "ingress" ? [] : [known];
}

const isOpen = ({ cidrIpv4, cidrIpv6, cidrBlocks, ipv6CidrBlocks }: Opening) =>
  [cidrIpv4, cidrIpv6, ...cidrBlocks, ...ipv6CidrBlocks].some((range) => everywhere.includes(range ?? ""));

function portsText({ ipProtocol, protocol, fromPort, toPort }: Opening): string {
  const name = ipProtocol ?? protocol ?? "-1";
  if (name === "-1") return "every port";
  return fromPort === toPort ? `${name}/${fromPort}` : `${name}/${fromPort}-${toPort}`;
}

/** @param ports TCP ports that may be open to everybody */
export const openIngressOnly = (ports: readonly number[]) =>
  resourceRule({
    name: "open-ingress-ports",
    description: `Nothing but ${ports.map((port) => `tcp/${port}`).join(" and ")} is open to everybody.`,
    remedy: "Name the security group that may come in",
    types: [ingressRule, oldRule, ...groupTypes],
    reads: ingress,
    problems: (known, { type }) =>
      openingsOf(known, type)
        .filter(isOpen)
        .filter((each) => !ports.some((port) => portsText(each) === `tcp/${port}`))
        .map((each) => `opens ${portsText(each)} to everybody`),
  });

const isBalancer = ({ type }: PolicyResource) => type === "aws:lb/loadBalancer:LoadBalancer";

export const openIngressAtBalancer = () =>
  stackRule({
    name: "open-ingress-at-balancer",
    description: "Only the balancer's security group is open to everybody.",
    remedy: "Open the balancer's group, and let the balancer's group into this one",
    problems: (resources) => {
      const balancers = resources.filter(isBalancer);
      const atBalancer = (resource: PolicyResource) =>
        resources.some(
          (group) =>
            comesFrom(resource, "securityGroupId", group) &&
            balancers.some((balancer) => comesFrom(balancer, "securityGroups", group)),
        );
      return resources
        .filter(({ type }) => type === ingressRule || type === oldRule || groupTypes.includes(type))
        .filter(({ type, props }) => openingsOf(ingress.parse(props), type).some(isOpen))
        .filter((resource) =>
          groupTypes.includes(resource.type)
            ? !balancers.some((balancer) => comesFrom(balancer, "securityGroups", resource))
            : !atBalancer(resource),
        )
        .map((resource) => ({ resource, problem: "opens a group that is not the balancer's to everybody" }));
    },
  });

/** @param ports by which people log in to machines */
export const noRemoteLogin = (ports: readonly number[]) =>
  resourceRule({
    name: "no-remote-login",
    description: "No port for remote log-in is open to anybody: operators come by Session Manager.",
    remedy: "Remove it; use `aws ssm start-session`",
    types: [ingressRule, oldRule, ...groupTypes],
    reads: ingress,
    problems: (known, { type }) =>
      openingsOf(known, type)
        .filter((each) => {
          const name = each.ipProtocol ?? each.protocol ?? "-1";
          if (name === "-1") return true;
          const [from, to] = [each.fromPort ?? 0, each.toPort ?? 65_535];
          return name === "tcp" && ports.some((port) => from <= port && port <= to);
        })
        .map((each) => `opens ${portsText(each)}`),
  });

/** Characters and length that EC2 takes in the description of a group and of a rule. */
const ec2Description = /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{0,255}$/;

const described = z.object({ description: text });

export const descriptionsTaken = () =>
  resourceRule({
    name: "group-descriptions",
    description: "EC2 takes the description of every security group and of every rule.",
    remedy:
      "Leave out what is no letter, digit, space or one of ._-:/()#,@[]+=&;{}!$*, and what is beyond 255",
    types: [ingressRule, egressRule, oldRule, ...groupTypes],
    reads: described.extend({ ingress: listOf(described), egress: listOf(described) }),
    problems: ({ description, ingress: incoming, egress }) =>
      [description, ...[...incoming, ...egress].map((each) => each.description)]
        .filter((each) => each !== null && !ec2Description.test(each))
        .map((each) => `has a description that EC2 refuses: ${each}`),
  });

export const defaultGroupClosed = () =>
  resourceRule({
    name: "default-group-closed",
    description: "The default security group lets nothing in or out.",
    remedy: "Leave ingress and egress empty",
    types: ["aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"],
    reads: z.object({ ingress: listOf(z.unknown()), egress: listOf(z.unknown()) }),
    problems: (known) =>
      known.ingress.length + known.egress.length > 0
        ? ["has rules, and whoever forgets a group gets them"]
        : [],
  });

export const networksWatched = () =>
  stackRule({
    name: "networks-have-flow-log",
    description: "Every VPC has a flow log and a closed default security group.",
    remedy: "Give it a FlowLog and a DefaultSecurityGroup",
    problems: (resources) =>
      resources
        .filter(({ type }) => type === "aws:ec2/vpc:Vpc")
        .flatMap((vpc) => {
          const has = (type: string) =>
            resources.some((each) => each.type === type && comesFrom(each, "vpcId", vpc));
          return [
            ...(has("aws:ec2/flowLog:FlowLog") ? [] : [{ resource: vpc, problem: "has no flow log" }]),
            ...(has("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
              ? []
              : [{ resource: vpc, problem: "leaves its default security group as AWS makes it" }]),
          ];
        }),
  });
