import assert from "node:assert/strict";
import {
  type AwsStack,
  describeDatabase,
  describeServers,
  failOverDatabase,
  findInstance,
  refreshInstances,
  startSession,
  terminateInstance,
} from "../../../tools/aws/commands.ts";
import { instanceIn } from "../../../tools/aws/stack.ts";
import { awsProblems, awsStatusText } from "../../../tools/aws/status.ts";

const prod: AwsStack = {
  name: "prod",
  region: "eu-west-1",
  webs: ["web-1", "web-2"],
  databaseKind: "cluster",
};
const begin = (argv: readonly string[], count: number) => argv.slice(0, count).join(" ");

describe("commands of the aws CLI", () => {
  it("name the stack's region and its own parts", () => {
    assert.equal(
      begin(describeServers(prod), 8),
      "aws autoscaling describe-auto-scaling-groups --region eu-west-1 --auto-scaling-group-names foobar-prod-web-1 foobar-prod-web-2",
    );
    assert.match(
      findInstance(prod, "web-2").join(" "),
      /--auto-scaling-group-names foobar-prod-web-2 .*text$/,
    );
    assert.equal(
      terminateInstance(prod, "i-0abc").join(" "),
      "aws ec2 terminate-instances --region eu-west-1 --instance-ids i-0abc",
    );
    assert.match(
      refreshInstances(prod, "web-1").join(" "),
      /start-instance-refresh .*foobar-prod-web-1 --preferences \{"MinHealthyPercentage":100/,
    );
  });

  it("fail the database over by its kind", () => {
    assert.equal(
      failOverDatabase(prod).join(" "),
      "aws rds failover-db-cluster --region eu-west-1 --db-cluster-identifier foobar-prod-database",
    );
    const single: AwsStack = { ...prod, databaseKind: "instance" };
    assert.match(
      failOverDatabase(single).join(" "),
      /reboot-db-instance .*foobar-prod-database --force-failover$/,
    );
    assert.match(describeDatabase(single).join(" "), /describe-db-instances/);
    assert.match(describeDatabase(prod).join(" "), /describe-db-clusters/);
  });

  it("keep the words of a command in a session apart", () => {
    const session = startSession(prod, "i-0abc", ["grep", "a b", "/var/log/it's"]);
    assert.equal(session.at(-1), JSON.stringify({ command: [`grep 'a b' '/var/log/it'\\''s'`] }));
    assert.equal(
      begin(startSession(prod, "i-0abc", []), 99),
      "aws ssm start-session --region eu-west-1 --target i-0abc",
    );
  });

  it("take only an instance's id for one", () => {
    assert.equal(instanceIn("i-0123456789abcdef0\n", "web-1"), "i-0123456789abcdef0");
    assert.throws(() => instanceIn("None\n", "web-1"), /no instance of web-1 is in service/);
  });
});

describe("status of a stack on AWS", () => {
  const instance = { id: "i-1", zone: "eu-west-1a", state: "InService", health: "Healthy" };
  const well = {
    stack: "prod",
    servers: [{ group: "foobar-prod-web-1", wanted: 1, instances: [instance] }],
    database: { status: "available", nodes: [{ name: "one", writer: true }] },
    alarms: [],
  };

  it("is well, or names what is wrong", () => {
    assert.deepEqual(awsProblems(well), []);
    assert.deepEqual(
      awsProblems({
        ...well,
        servers: [{ group: "g", wanted: 1, instances: [{ ...instance, health: "Unhealthy" }] }],
        database: { status: "failing-over", nodes: [] },
        alarms: ["foobar-prod-site-down"],
      }),
      ["g: 0 of 1 instances serve", "the database is failing-over", "alarm foobar-prod-site-down"],
    );
  });

  it("is one screen", () => {
    assert.match(
      awsStatusText(well),
      /foobar-prod-web-1 {2}i-1 .*\n.*available: one \(writer\)\n.*none\n\neverything is well/,
    );
  });
});
