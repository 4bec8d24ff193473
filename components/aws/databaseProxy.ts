/** A proxy before the database: holds the servers' connections while another node becomes the writer. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { zones } from "../../config/schema.ts";
import { ports } from "../../hosts/ports.ts";
import type { Engine } from "./databaseEngine.ts";
import { groupDescription } from "./descriptions.ts";
import type { AwsFoundation } from "./foundation.ts";
import type { AwsNetwork } from "./network.ts";
import { policyDocument, trustOf } from "./policies.ts";
import type { StoredSecret } from "./secrets.ts";

export interface ProxyArgs {
  readonly foundation: AwsFoundation;
  readonly network: AwsNetwork;
  readonly engine: Engine;
  /** Login of the application. */
  readonly secret: StoredSecret;
}

/** Seconds after which an idle connection is closed; longer than the application keeps one. */
const idleSeconds = 1800;

/** Seconds that a request may wait for a connection, at most. */
const borrowSeconds = 5;

/** Makes the proxy; it stands in the database's own group, and reaches the database inside it. */
export function makeProxy(
  { foundation, network, engine, secret }: ProxyArgs,
  parent: pulumi.Resource,
): { readonly writer: pulumi.Output<string>; readonly reader: pulumi.Output<string> } {
  const at = { parent };
  const name = "database-proxy";
  const group = network.tierGroup("database");
  const inside = {
    securityGroupId: group.id,
    referencedSecurityGroupId: group.id,
    ipProtocol: "tcp",
    fromPort: ports.mysql,
    toPort: ports.mysql,
    description: groupDescription("the proxy reaches the nodes, both inside this tier"),
  };
  new aws.vpc.SecurityGroupIngressRule("database-in-database-tcp-3306", inside, at);
  new aws.vpc.SecurityGroupEgressRule("database-out-database-tcp-3306", inside, at);
  const role = new aws.iam.Role(name, { assumeRolePolicy: trustOf("rds.amazonaws.com") }, at);
  const policy = new aws.iam.RolePolicy(
    name,
    {
      role: role.id,
      policy: policyDocument([
        { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: secret.arn },
        {
          Effect: "Allow",
          Action: "kms:Decrypt",
          Resource: foundation.key.arn,
          Condition: {
            StringEquals: { "kms:ViaService": `secretsmanager.${foundation.aws.region}.amazonaws.com` },
          },
        },
      ]),
    },
    at,
  );
  const proxy = new aws.rds.Proxy(
    name,
    {
      name: `${foundation.prefix}-database`,
      engineFamily: "MYSQL",
      requireTls: true,
      idleClientTimeout: idleSeconds,
      roleArn: role.arn,
      vpcSubnetIds: zones.map((zone) => network.databaseSubnets[zone].id),
      vpcSecurityGroupIds: [group.id],
      auths: [{ authScheme: "SECRETS", iamAuth: "DISABLED", secretArn: secret.arn }],
    },
    { parent, dependsOn: [policy, secret.version] },
  );
  const targets = new aws.rds.ProxyDefaultTargetGroup(
    name,
    {
      dbProxyName: proxy.name,
      connectionPoolConfig: { connectionBorrowTimeout: borrowSeconds, maxConnectionsPercent: 90 },
    },
    at,
  );
  const target = new aws.rds.ProxyTarget(
    name,
    {
      dbProxyName: proxy.name,
      targetGroupName: targets.name,
      ...(engine.clustered
        ? { dbClusterIdentifier: engine.identifier }
        : { dbInstanceIdentifier: engine.identifier }),
    },
    at,
  );
  if (!engine.clustered) return { writer: proxy.endpoint, reader: proxy.endpoint };
  const readers = new aws.rds.ProxyEndpoint(
    "database-proxy-readers",
    {
      dbProxyName: proxy.name,
      dbProxyEndpointName: `${foundation.prefix}-database-readers`,
      vpcSubnetIds: zones.map((zone) => network.databaseSubnets[zone].id),
      vpcSecurityGroupIds: [group.id],
      targetRole: "READ_ONLY",
    },
    { parent, dependsOn: [target] },
  );
  return { writer: proxy.endpoint, reader: readers.endpoint };
}
