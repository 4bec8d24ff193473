import assert from "node:assert/strict";
import { fixedFindings, type Standing, type Wanted } from "../../../components/aws/fixed.ts";
import { programStack } from "../../support/program.ts";

const zones = { a: "eu-west-1a", b: "eu-west-1b", c: "eu-west-1c" };

const standing: Standing = { kind: "cluster", name: "foobar", range: "10.78.0.0/16", zones };

const wanted: Wanted = {
  database: { name: "foobar" },
  network: { range: "10.78.0.0/16" },
  aws: { zones, database: { kind: "cluster" } },
};

const paths = (over: Partial<Standing>, want: Partial<Wanted> = {}) =>
  fixedFindings({ ...standing, ...over }, { ...wanted, ...want }).map(({ path }) => path);

describe("a database that stands on AWS", () => {
  it("is left alone by settings that ask for what stands, or where nobody knows", () => {
    assert.deepEqual(paths({}), []);
    assert.deepEqual(paths({ name: null, range: null, zones: {} }), []);
  });

  it("keeps a change from being begun that would replace it, by the key's name, with the former value", () => {
    const [finding] = fixedFindings(standing, { ...wanted, database: { name: "shop" } });
    assert.equal(finding?.path, "foobar:database.name");
    assert.match(finding?.problem ?? "", /^is shop, and what stands was made with foobar,/);
    assert.match(finding?.remedy ?? "", /pulumi config set --path 'foobar:database\.name' foobar/);
    assert.deepEqual(paths({ kind: "aurora" }), ["foobar:aws.database.kind"]);
    assert.deepEqual(paths({ range: "10.1.0.0/16" }), ["foobar:network.range"]);
    assert.deepEqual(paths({ zones: { ...zones, b: "eu-west-1a" } }), ["foobar:aws.zones.b"]);
    assert.equal(paths({}, { database: { name: "x" }, network: { range: "10.0.0.0/16" } }).length, 2);
  });

  it("is asked for by the program, which ends before anything is made", async () => {
    const answers = {
      "aws:rds/getClusters:getClusters": { clusterIdentifiers: ["foobar-staging-database"] },
      "aws:rds/getCluster:getCluster": { engine: "mysql", databaseName: "foobar" },
      "aws:ec2/getSubnets:getSubnets": { ids: ["subnet-1"] },
      "aws:ec2/getSubnet:getSubnet": {
        vpcId: "vpc-1",
        availabilityZone: "eu-west-1a",
        tags: { Name: "foobar-staging-database-a" },
      },
      "aws:ec2/getVpc:getVpc": { cidrBlock: "10.78.0.0/16" },
    };
    const changed = (changes: Readonly<Record<string, unknown>>) =>
      programStack("staging", changes, "staging", answers);
    assert.ok((await changed({})).resources.length > 100);
    await assert.rejects(changed({ database: { name: "shop" } }), /foobar:database\.name: is shop/);
    await assert.rejects(changed({ network: { range: "10.80.0.0/16" } }), /foobar:network\.range: is 10\.80/);
    const elsewhere = { ...zones, a: "eu-west-1b", b: "eu-west-1a" };
    await assert.rejects(changed({ aws: { zones: elsewhere } }), /foobar:aws\.zones\.a: is eu-west-1b/);
  });

  it("is found as an instance too, when that is wanted", async () => {
    const answers = {
      "aws:rds/getInstances:getInstances": { instanceIdentifiers: ["foobar-staging-database"] },
      "aws:rds/getInstance:getInstance": { dbName: "foobar" },
      "aws:ec2/getSubnets:getSubnets": { ids: [] },
    };
    const database = { kind: "instance", instanceClass: "db.t4g.medium", storageGiB: 100 };
    const changes = { database: { name: "shop" }, aws: { database } };
    await assert.rejects(programStack("staging", changes, "staging", answers), /database\.name: is shop/);
  });
});
