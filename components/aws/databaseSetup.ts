/** Runs the set-up of accounts and tables inside the network, whenever something of it has changed. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { strToU8 } from "fflate";
import { z } from "zod";
import { requireJson } from "../../config/json.ts";
import { zones } from "../../config/schema.ts";
import { times } from "../../hosts/limits.ts";
import { ports } from "../../hosts/ports.ts";
import type { Rule } from "../flows.ts";
import { type Contents, filesOf, writeArchive } from "./archives.ts";
import type { AwsArtifacts } from "./artifacts.ts";
import { databaseAuthorities } from "./databaseAuthorities.ts";
import type { Engine } from "./databaseEngine.ts";
import type { AwsFirewall } from "./firewall.ts";
import { awsFlows } from "./flows.ts";
import type { AwsFoundation } from "./foundation.ts";
import { openGroup } from "./groupRules.ts";
import type { AwsNetwork } from "./network.ts";
import { policyDocument, trustOf } from "./policies.ts";
import type { StoredSecret } from "./secrets.ts";

/** An account that the application or an observer uses. */
export interface SetupAccount {
  readonly secret: StoredSecret;
  /** Each as `SELECT ON name.*`. */
  readonly grants: readonly string[];
}

export interface DatabaseSetupArgs {
  readonly foundation: AwsFoundation;
  readonly network: AwsNetwork;
  /** Firewall of the database: lets the set-up in. */
  readonly firewall: AwsFirewall;
  readonly artifacts: AwsArtifacts;
  readonly engine: Engine;
  readonly database: string;
  readonly accounts: readonly SetupAccount[];
  readonly schemaSql: string | null;
  /** Seconds that schema.sql may take. */
  readonly schemaSeconds: number;
}

/** The newest that every region's functions run. */
const runtime = "nodejs22.x";
const memoryMiB = 256;

/** By which Lambda makes a function a place in the network. */
const standingActions = [
  "ec2:CreateNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:DeleteNetworkInterface",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
];

const folder = join(import.meta.dirname, "databaseSetup");
const packages = "node_modules";

const manifest = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });

/** A package and all that it needs, by their folders' names. */
function closure(name: string, known: readonly string[] = []): readonly string[] {
  if (known.includes(name)) return known;
  const path = join(packages, name, "package.json");
  const { dependencies } = requireJson(readFileSync(path, "utf8"), manifest, path, "run `npm ci`");
  const start: readonly string[] = [...known, name];
  return Object.keys(dependencies).reduce((found, next) => closure(next, found), start);
}

function functionFiles(region: string): Contents {
  const own = ["index.mjs", "statements.mjs"].map(
    (file) => [file, readFileSync(join(folder, file))] as const,
  );
  const needed = closure("mysql2").map((name) => filesOf(join(packages, name), `${packages}/${name}/`));
  return Object.assign({}, Object.fromEntries(own), ...needed, {
    "database-ca.pem": strToU8(databaseAuthorities(region)),
  });
}

/** Changes with the function's own code, the driver's version and the region's authorities. */
function identityOf(region: string): string {
  const hash = createHash("sha256").update(databaseAuthorities(region));
  for (const file of ["index.mjs", "statements.mjs"]) hash.update(readFileSync(join(folder, file)));
  for (const name of closure("mysql2")) hash.update(readFileSync(join(packages, name, "package.json")));
  return hash.digest("hex");
}

export class AwsDatabaseSetup extends pulumi.ComponentResource {
  /** Done when accounts and tables are there. */
  readonly done: aws.lambda.Invocation;

  constructor(name: string, args: DatabaseSetupArgs, opts: pulumi.ComponentResourceOptions) {
    super("foobar:aws:DatabaseSetup", name, {}, opts);
    const { foundation, network, firewall, engine } = args;
    const rules = this.openDeployment(network, foundation);
    const setUp = this.makeFunction(name, args);
    this.done = new aws.lambda.Invocation(
      name,
      {
        functionName: setUp.name,
        input: pulumi.jsonStringify({
          host: engine.writer,
          port: ports.mysql,
          database: args.database,
          masterSecret: engine.masterSecretArn,
          accounts: args.accounts.map(({ secret, grants }) => ({ secret: secret.arn, grants })),
          schemaSql: args.schemaSql,
          schemaSeconds: args.schemaSeconds,
        }),
        triggers: {
          code: setUp.sourceCodeHash,
          passwords: pulumi
            .all(args.accounts.map(({ secret }) => secret.version.versionId))
            .apply((versions) => versions.join(" ")),
        },
      },
      {
        parent: this,
        // It runs at once, and needs its way to database and secrets by then.
        dependsOn: [network, firewall, ...rules, ...args.accounts.map(({ secret }) => secret.version)],
      },
    );
    this.registerOutputs({ key: foundation.key.arn });
  }

  /** What runs inside the network on the deployment's behalf gets no further than the flow graph says. */
  private openDeployment(network: AwsNetwork, foundation: AwsFoundation): readonly pulumi.Resource[] {
    const egress = awsFlows(foundation.settings.tls.mode)
      .flows.filter(({ from }) => from === "deployment")
      .map((flow): Rule => ({ flow, peer: flow.to, peers: [] }));
    return openGroup(
      {
        owner: "deployment",
        group: network.deploymentGroup,
        network,
        ingress: [],
        egress,
        publicRanges: [],
      },
      this,
    );
  }

  private makeFunction(name: string, args: DatabaseSetupArgs): aws.lambda.Function {
    const { foundation, network, artifacts, engine, accounts } = args;
    const { region, image } = foundation.aws;
    const fullName = `${foundation.prefix}-${name}`;
    const logs = foundation.logGroupAt(name, `/aws/lambda/${fullName}`, this);
    const role = new aws.iam.Role(
      name,
      { assumeRolePolicy: trustOf("lambda.amazonaws.com") },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      name,
      {
        role: role.id,
        policy: policyDocument([
          {
            Sid: "ReadTheAccountsItMakes",
            Effect: "Allow",
            Action: "secretsmanager:GetSecretValue",
            Resource: [engine.masterSecretArn, ...accounts.map(({ secret }) => secret.arn)],
          },
          {
            Sid: "DecryptThem",
            Effect: "Allow",
            Action: "kms:Decrypt",
            Resource: foundation.key.arn,
            Condition: { StringEquals: { "kms:ViaService": `secretsmanager.${region}.amazonaws.com` } },
          },
          {
            Sid: "Log",
            Effect: "Allow",
            Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resource: pulumi.interpolate`${logs.arn}:*`,
          },
          {
            Sid: "StandInTheNetwork",
            Effect: "Allow",
            // Lambda itself asks for these, and they know no resources that could be named before they are there.
            Action: standingActions,
            Resource: "*",
          },
          {
            Sid: "ButNotForItsOwnCode",
            Effect: "Deny",
            Action: standingActions,
            Resource: "*",
            Condition: {
              ArnEquals: {
                "lambda:SourceFunctionArn": pulumi.interpolate`arn:${foundation.partition}:lambda:${region}:${foundation.accountId}:function:${fullName}`,
              },
            },
          },
        ]),
      },
      { parent: this },
    );
    const archive = writeArchive(`database-setup-${identityOf(region)}`, () => functionFiles(region));
    const code = artifacts.file(name, ".zip", archive);
    return new aws.lambda.Function(
      name,
      {
        name: fullName,
        description: "Makes the database's accounts and tables",
        role: role.arn,
        runtime,
        architectures: [image.architecture],
        handler: "index.handler",
        s3Bucket: code.apply(({ bucket }) => bucket),
        s3Key: code.apply(({ key }) => key),
        sourceCodeHash: Buffer.from(archive.sha256, "hex").toString("base64"),
        timeout: args.schemaSeconds + times.setUp,
        memorySize: memoryMiB,
        loggingConfig: { logFormat: "JSON", logGroup: logs.name },
        vpcConfig: {
          subnetIds: zones.map((zone) => network.applicationSubnets[zone].id),
          securityGroupIds: [network.deploymentGroup.id],
        },
      },
      { parent: this, dependsOn: [policy] },
    );
  }
}
