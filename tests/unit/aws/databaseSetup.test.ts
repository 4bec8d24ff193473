import assert from "node:assert/strict";
import {
  accountStatements,
  databaseStatement,
  passwordStatement,
  schemaProblem,
} from "../../../components/aws/databaseSetup/statements.mjs";

describe("a schema.sql that fails", () => {
  const sql = "CREATE TABLE a (id INT);\n\nCREATE TABLE b (\n  id INT,\n  x TEX\n);\n";

  it("is told by its own line", () => {
    // The database counts from the statement on.
    const error = new Error("You have an error in your SQL syntax; look near 'TEX\n);\n' at line 3");
    assert.equal(
      schemaProblem(sql, 600, error),
      "schema.sql, line 5: You have an error in your SQL syntax; look near 'TEX\n);\n'",
    );
    assert.equal(schemaProblem(sql, 600, new Error("Unknown column 'x'")), "schema.sql: Unknown column 'x'");
  });

  it("is told by the setting when its time is up", () => {
    const late = Object.assign(new Error("Query inactivity timeout"), { code: "PROTOCOL_SEQUENCE_TIMEOUT" });
    assert.match(schemaProblem(sql, 600, late), /within 600 s.*foobar:database\.schemaSeconds/);
  });
});

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
