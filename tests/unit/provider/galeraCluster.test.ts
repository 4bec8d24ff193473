import assert from "node:assert/strict";
import { parseStatus, schemaProblem, withoutStatement } from "../../../provider/kinds/galeraCluster.ts";

const answer = (status: string, state: string, ready: string, readOnly = 0) =>
  `WSREP_CLUSTER_STATUS\t${status}\nWSREP_LOCAL_STATE\t${state}\nWSREP_READY\t${ready}\nREAD_ONLY\t${readOnly}\n`;
const writable = { readOnly: false };

describe("the status of a database node", () => {
  it("is synced only in the primary component, with everything, and ready", () => {
    assert.deepEqual(parseStatus(answer("Primary", "4", "ON")), { primary: true, synced: true, ...writable });
    assert.deepEqual(parseStatus(answer("Primary", "2", "ON")), {
      primary: true,
      synced: false,
      ...writable,
    });
    assert.deepEqual(parseStatus(answer("Primary", "4", "OFF")), {
      primary: true,
      synced: false,
      ...writable,
    });
    assert.deepEqual(parseStatus(answer("non-Primary", "4", "ON")), {
      primary: false,
      synced: false,
      ...writable,
    });
    assert.deepEqual(parseStatus(answer("Disconnected", "0", "OFF")), {
      primary: false,
      synced: false,
      ...writable,
    });
  });

  it("may be synced and refuse writes", () => {
    assert.deepEqual(parseStatus(answer("Primary", "4", "ON", 1)), {
      primary: true,
      synced: true,
      readOnly: true,
    });
  });

  it("is down without an answer", () => {
    assert.deepEqual(parseStatus(""), { primary: false, synced: false, ...writable });
  });

  it("does not depend on order or case", () => {
    const lines = answer("Primary", "4", "ON").trim().split("\n").reverse().join("\n");
    assert.deepEqual(parseStatus(lines.replaceAll("WSREP", "wsrep")), {
      primary: true,
      synced: true,
      ...writable,
    });
  });
});

describe("what the database says of a schema.sql that failed", () => {
  it("is told by that file's own line", () => {
    const said =
      "ERROR 1064 (42000) at line 24: You have an error in your SQL syntax near 'TEX\n)' at line 1\n";
    assert.equal(
      schemaProblem(said),
      "schema.sql, line 24: ERROR 1064 (42000): You have an error in your SQL syntax near 'TEX\n)' at line 1",
    );
    assert.equal(schemaProblem("no client"), "schema.sql: no client");
  });
});

describe("what the database says of a statement that failed", () => {
  it("is told without the statement", () => {
    const said =
      "ERROR 1064 (42000) at line 3: You have an error in your SQL syntax near 'IDENTIFIED BY 'swordfish'' at line 1\nHint: swordfish\n";
    assert.equal(withoutStatement(said), "ERROR 1064 (42000) at line 3");
    assert.equal(withoutStatement("swordfish"), "");
  });
});
