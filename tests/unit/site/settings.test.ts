import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSettings } from "../../../site/app/settings.ts";

const environment = {
  LISTEN_SOCKET: "/run/app.sock",
  SERVER_NAME: "web-1",
  SERVER_ZONE: "a",
  SITE_DOMAIN: "example.org",
};
const database = {
  writer: { host: "writer.db", port: 3306 },
  reader: { host: "reader.db", port: 3307 },
  user: "site",
  password: "sesame-open",
  database: "site",
  ca: "/ca.pem",
};

describe("settings of the application", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "site-settings-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function withFile(content: string): Readonly<Record<string, string>> {
    const path = join(folder, "database.json");
    writeFileSync(path, content);
    return { ...environment, DATABASE_CONFIG: path };
  }

  it("are read from the environment and the database file", () => {
    assert.deepEqual(readSettings(withFile(JSON.stringify(database))).database, database);
  });

  it("need no database", () => {
    assert.equal(readSettings({ ...environment, DATABASE_CONFIG: "" }).database, null);
  });

  it("name everything that is missing, and repeat no secret", () => {
    const { DATABASE_CONFIG } = withFile(
      JSON.stringify({ ...database, user: "", writer: { host: "", port: 0 } }),
    );
    assert.throws(
      () => readSettings({ DATABASE_CONFIG }),
      (error: unknown) => {
        assert.ok(error instanceof Error);
        for (const part of [
          "LISTEN_SOCKET",
          "SERVER_NAME",
          "SERVER_ZONE",
          "SITE_DOMAIN",
          "writer.host",
          "writer.port",
          "user",
        ]) {
          assert.ok(error.message.includes(part), `${part} in: ${error.message}`);
        }
        assert.ok(!error.message.includes(database.password));
        return true;
      },
    );
  });

  it("do not repeat a file that is not JSON", () => {
    assert.throws(
      () => readSettings(withFile("sesame-open")),
      (error: unknown) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, /is not JSON$/);
        assert.ok(!error.message.includes("sesame"));
        return true;
      },
    );
  });
});
