import assert from "node:assert/strict";
import {
  accountStatements,
  databaseStatement,
  passwordStatement,
} from "../../../components/aws/databaseSetup/statements.mjs";

describe("SQL of the database's set-up", () => {
  it("makes an account that needs TLS and may do what it is granted", () => {
    assert.deepEqual(accountStatements({ user: "site", password: "p", grants: ["SELECT ON `foobar`.*"] }), [
      "CREATE USER IF NOT EXISTS 'site'@'%' IDENTIFIED BY 'p' REQUIRE SSL",
      "GRANT SELECT ON `foobar`.* TO 'site'@'%'",
    ]);
  });

  it("keeps the old password valid while servers fetch the new one", () => {
    assert.equal(
      passwordStatement({ user: "site", password: "new" }),
      "ALTER USER 'site'@'%' IDENTIFIED BY 'new' RETAIN CURRENT PASSWORD",
    );
  });

  it("takes quotes and backslashes as text", () => {
    assert.match(passwordStatement({ user: "site", password: "a'b\\c" }), /BY 'a''b\\\\c' RETAIN/);
    assert.match(databaseStatement("a`b"), /`a``b`/);
  });
});
