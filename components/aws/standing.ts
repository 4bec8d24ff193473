/** What stands of a stack on AWS, asked before anything is made: in a preview as in an `up`. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { zones } from "../../config/schema.ts";
import type { DatabaseKind, Standing } from "./fixed.ts";

/** The database itself; null where none stands. */
async function databaseOf(
  identifier: string,
  wanted: DatabaseKind,
  opts: pulumi.InvokeOptions,
): Promise<Pick<Standing, "kind" | "name"> | null> {
  const { clusterIdentifiers } = await aws.rds.getClusters(
    { filters: [{ name: "db-cluster-id", values: [identifier] }] },
    opts,
  );
  if (clusterIdentifiers.length > 0) {
    const { engine, databaseName } = await aws.rds.getCluster({ clusterIdentifier: identifier }, opts);
    return { kind: engine === "mysql" ? "cluster" : "aurora", name: databaseName || null };
  }
  if (wanted !== "instance") return null;
  const { instanceIdentifiers } = await aws.rds.getInstances(
    { filters: [{ name: "db-instance-id", values: [identifier] }] },
    opts,
  );
  if (instanceIdentifiers.length === 0) return null;
  const { dbName } = await aws.rds.getInstance({ dbInstanceIdentifier: identifier }, opts);
  return { kind: "instance", name: dbName || null };
}

/** The network around it. */
async function networkOf(
  prefix: string,
  opts: pulumi.InvokeOptions,
): Promise<Pick<Standing, "range" | "zones">> {
  const names = zones.map((zone) => `${prefix}-database-${zone}`);
  const { ids } = await aws.ec2.getSubnets({ filters: [{ name: "tag:Name", values: names }] }, opts);
  const subnets = await Promise.all(ids.map((id) => aws.ec2.getSubnet({ id }, opts)));
  const [first] = subnets;
  const vpc = first === undefined ? null : await aws.ec2.getVpc({ id: first.vpcId }, opts);
  return {
    range: vpc?.cidrBlock ?? null,
    zones: Object.fromEntries(
      zones.flatMap((zone) =>
        subnets
          .filter(({ tags }) => tags.Name === `${prefix}-database-${zone}`)
          .map(({ availabilityZone }) => [zone, availabilityZone] as const),
      ),
    ),
  };
}

/**
 * What stands; null where there is no database that a change could take.
 * @param prefix begins the stack's names
 * @param wanted kind of database that the settings want
 */
export async function standingOn(
  prefix: string,
  wanted: DatabaseKind,
  provider: aws.Provider,
): Promise<Standing | null> {
  const opts = { provider };
  const database = await databaseOf(`${prefix}-database`, wanted, opts);
  return database === null ? null : { ...database, ...(await networkOf(prefix, opts)) };
}
