import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { invoke } from "../../../provider/functions.ts";
import { host } from "../../../provider/kinds/host.ts";

describe("what stands in a stack", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "foobar-standing-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const inputs = (name: string, number: number) => ({
    sandbox: { directory: folder, incarnation: "none" },
    bridge: "stack",
    name,
    number,
    address: `10.77.0.${number}/16`,
    passed: [],
    names: {},
    keepListeners: false,
  });
  const record = (name: string) => join(folder, "hosts", `${name}.json`);
  const put = (name: string, number: number, data: string | null) => {
    mkdirSync(join(folder, "hosts", name, data ?? "data"), { recursive: true });
    writeFileSync(record(name), JSON.stringify(inputs(name, number)));
  };
  const data = "data/mariadb/data/mysql";
  const ask = () => invoke("onebox:index:standingHosts", { directory: folder });

  it("is told with name, place and data", async () => {
    assert.deepEqual(await ask(), { outputs: { hosts: [], problem: null } });
    put("db-1", 11, data);
    mkdirSync(join(folder, "hosts/db-1/etc/mariadb"), { recursive: true });
    writeFileSync(join(folder, "hosts/db-1/etc/mariadb/my.cnf"), "[mariadbd]\nwsrep_cluster_name = foobar\n");
    put("web-1", 12, null);
    assert.deepEqual(await ask(), {
      outputs: {
        hosts: [
          { name: "db-1", number: 11, address: "10.77.0.11/16", data: "held", database: "foobar" },
          { name: "web-1", number: 12, address: "10.77.0.12/16", data: "none", database: null },
        ],
        problem: null,
      },
    });
  });

  it("is not guessed where a file is damaged", async () => {
    put("db-1", 11, data);
    writeFileSync(record("db-1"), '{"name":"db-1","num');
    const { outputs } = await ask();
    assert.match(outputs.problem ?? "", /db-1\.json.* cut off.*Put it back from a copy, or end the stack/);
  });

  it("keeps the last copies of the data, whoever asks for their removal", async () => {
    for (const place of [data, "data/mariadb/data.restored"]) {
      put("db-1", 11, place);
      put("db-2", 12, data);
      await assert.rejects(
        host.remove(inputs("db-1", 11)),
        /db-1 holds data of the database, and no other database server is synced: nothing was removed/,
      );
      assert.ok(existsSync(join(folder, "hosts/db-1", place)));
      assert.ok(existsSync(record("db-1")));
      rmSync(join(folder, "hosts"), { recursive: true });
    }
  });

  it("lets go of a host without data, and of one whose data may be lost", async () => {
    put("db-1", 11, data);
    put("db-2", 12, data);
    put("web-1", 13, null);
    writeFileSync(join(folder, "hosts/db-1/data/discard"), "");
    for (const [name, number] of [["db-1", 11] as const, ["web-1", 13] as const]) {
      await host.remove(inputs(name, number));
      assert.ok(!existsSync(join(folder, "hosts", name)) && !existsSync(record(name)), name);
    }
    assert.ok(existsSync(join(folder, "hosts/db-2", data)));
  });
});
