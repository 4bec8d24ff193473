/** Rules of security groups, one resource each, named by the two ends and the port. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Flow, Rule } from "../flows.ts";
import { groupDescription } from "./descriptions.ts";
import type { AwsNetwork } from "./network.ts";

/** The other end of a rule: a group, a list of prefixes, or, for the internet only, a range. */
type OtherEnd =
  | { readonly referencedSecurityGroupId: pulumi.Input<string> }
  | { readonly prefixListId: pulumi.Input<string> }
  | { readonly cidrIpv4: string };

/** Name of an end → the end. */
type Ends = Readonly<Record<string, OtherEnd>>;

const anywhere = "0.0.0.0/0";

/** Port of AWS's services and of everything else that servers reach over the internet. */
const routedServicePort = 443;

/** Names, time and the instance's own metadata are link-local: security groups do not see them, the host's filter does. */
const unseen = ({ to, port }: Flow) =>
  to === "services" && !(port.protocol === "tcp" && port.number === routedServicePort);

function serviceEnds(network: AwsNetwork): Ends {
  // Without a NAT gateway there is nothing but the private endpoints and S3.
  return network.endpointGroup === null
    ? { services: { cidrIpv4: anywhere } }
    : {
        services: { referencedSecurityGroupId: network.endpointGroup.id },
        "services-s3": { prefixListId: network.s3PrefixListId },
      };
}

function endsOf({ flow, peer }: Rule, network: AwsNetwork, publicRanges: readonly string[]): Ends {
  switch (peer) {
    case "visitor":
      return Object.fromEntries(
        publicRanges.map((range) => [range === anywhere ? peer : `${peer}-${range}`, { cidrIpv4: range }]),
      );
    case "services":
      return unseen(flow) ? {} : serviceEnds(network);
    case "deployment":
      return { [peer]: { referencedSecurityGroupId: network.deploymentGroup.id } };
    case "operator":
    case "receivers":
      // Operators come by Session Manager and the console, and SNS tells people: no port is open to them.
      return {};
    default:
      return { [peer]: { referencedSecurityGroupId: network.tierGroup(peer).id } };
  }
}

/** What fills a group. */
export interface GroupRules {
  /** Identity of the group's owner: rules are named by it. */
  readonly owner: string;
  readonly group: aws.ec2.SecurityGroup;
  readonly network: AwsNetwork;
  readonly ingress: readonly Rule[];
  readonly egress: readonly Rule[];
  readonly publicRanges: readonly string[];
}

/** Opens a group for the flows, and nothing else. @returns its rules */
export function openGroup(
  { owner, group, network, ingress, egress, publicRanges }: GroupRules,
  parent: pulumi.Resource,
): readonly pulumi.Resource[] {
  const rules = (direction: "in" | "out", list: readonly Rule[]) =>
    list.flatMap((rule) =>
      Object.entries(endsOf(rule, network, publicRanges)).map(([end, other]) => {
        const { port, why } = rule.flow;
        const number = "number" in port ? port.number : -1;
        return {
          name: `${owner}-${direction}-${end}-${port.protocol}-${number}`,
          args: {
            ...other,
            securityGroupId: group.id,
            ipProtocol: port.protocol === "vrrp" ? "112" : port.protocol,
            fromPort: number,
            toPort: number,
            description: groupDescription(why),
          },
        };
      }),
    );
  return [
    ...rules("in", ingress).map(
      ({ name, args }) => new aws.vpc.SecurityGroupIngressRule(name, args, { parent }),
    ),
    ...rules("out", egress).map(
      ({ name, args }) => new aws.vpc.SecurityGroupEgressRule(name, args, { parent }),
    ),
  ];
}
