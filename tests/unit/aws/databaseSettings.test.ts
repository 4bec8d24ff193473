import assert from "node:assert/strict";
import {
  backupWindow,
  logGroupName,
  parameterFamily,
  parameters,
} from "../../../components/aws/databaseSettings.ts";
import { awsSchema } from "../../../config/aws.ts";

const { database } = awsSchema.parse({
  region: "eu-west-1",
  zones: { a: "eu-west-1a", b: "eu-west-1b", c: "eu-west-1c" },
  image: { id: "latest" },
});

describe("settings of the database", () => {
  it("names the family of the engine", () => {
    assert.equal(parameterFamily({ ...database, engineVersion: "8.4.7" }), "mysql8.4");
    assert.equal(
      parameterFamily({ ...database, kind: "aurora", engineVersion: "8.0.mysql_aurora.3.10.0" }),
      "aurora-mysql8.0",
    );
  });

  it("gives the nightly backup half an hour", () => {
    assert.equal(backupWindow(2), "02:00-02:30");
    assert.equal(backupWindow(23), "23:00-23:30");
  });

  it("takes connections over TLS 1.2 and newer only", () => {
    const values = Object.fromEntries(parameters.map(({ name, value }) => [name, value]));
    assert.equal(values.require_secure_transport, "1");
    assert.equal(values.tls_version, "TLSv1.2,TLSv1.3");
  });

  it("knows where RDS writes its logs", () => {
    assert.equal(logGroupName("cluster", "db", "error"), "/aws/rds/cluster/db/error");
    assert.equal(logGroupName("aurora", "db", "error"), "/aws/rds/cluster/db/error");
    assert.equal(logGroupName("instance", "db", "slowquery"), "/aws/rds/instance/db/slowquery");
  });
});
