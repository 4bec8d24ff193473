import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { readSite } from "../../../components/site.ts";

const whole: Readonly<Record<string, string>> = {
  "package.json": '{"main": "app/main.ts"}',
  "app/main.ts": "export {};\n",
  "public/index.html": "<h1>site</h1>\n",
  "schema.sql": "CREATE TABLE IF NOT EXISTS entries (id INT);\n",
};

describe("site directory", () => {
  const folders: string[] = [];

  function siteWith(files: Readonly<Record<string, string | null>> = {}): string {
    const folder = mkdtempSync(join(tmpdir(), "site-"));
    folders.push(folder);
    for (const [path, content] of Object.entries({ ...whole, ...files })) {
      if (content === null) continue;
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return folder;
  }

  function refusal(folder: string): string {
    try {
      readSite(folder);
    } catch (error) {
      assert.ok(error instanceof pulumi.RunError, String(error));
      return error.message.replaceAll(folder, "SITE");
    }
    return assert.fail("was accepted");
  }

  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it("is read whole", () => {
    const folder = siteWith();
    const { hash, ...site } = readSite(folder);
    assert.deepEqual(site, { directory: folder, main: "app/main.ts", schemaSql: whole["schema.sql"] });
    assert.match(hash, /^[0-9a-f]{64}$/);
  });

  it("needs no database", () => {
    assert.equal(readSite(siteWith({ "schema.sql": null })).schemaSql, null);
  });

  it("without the packages that it names is refused with the command that installs them", () => {
    const folder = siteWith({
      "package.json": '{"main": "app/main.ts", "dependencies": {"mysql2": "3", "ours": "1"}}',
      "node_modules/ours/package.json": "{}",
    });
    assert.match(
      refusal(folder),
      /mysql2 of SITE\/package\.json is not installed.*npm install --omit=dev --prefix SITE/,
    );
    assert.doesNotMatch(refusal(folder), /ours of/);
  });

  it("has the same hash wherever and whenever it was written", () => {
    const [one, other] = [siteWith(), siteWith()];
    utimesSync(join(other, "app/main.ts"), 0, 0);
    assert.equal(readSite(one).hash, readSite(other).hash);
  });

  const changes: readonly (readonly [string, (folder: string) => void])[] = [
    ["content", (folder) => writeFileSync(join(folder, "public/index.html"), "<h1>Site</h1>\n")],
    ["a name", (folder) => renameSync(join(folder, "public/index.html"), join(folder, "public/start.html"))],
    ["a new file", (folder) => writeFileSync(join(folder, "public/new.txt"), "")],
    ["a lost file", (folder) => rmSync(join(folder, "schema.sql"))],
    ["a file made executable", (folder) => chmodSync(join(folder, "app/main.ts"), 0o755)],
  ];
  for (const [what, change] of changes) {
    it(`has another hash after ${what}`, () => {
      const folder = siteWith();
      const before = readSite(folder).hash;
      change(folder);
      assert.notEqual(readSite(folder).hash, before);
    });
  }

  const noEntry = `  - foobar:site.directory: SITE/package.json is missing, or its "main" names no file. See the contract in site/README.md`;
  const noPublic =
    "  - foobar:site.directory: SITE has no folder public/. See the contract in site/README.md";
  const refused: readonly (readonly [string, Readonly<Record<string, string | null>>, readonly string[]])[] =
    [
      ["without public/", { "public/index.html": null }, [noPublic]],
      ["without package.json", { "package.json": null }, [noEntry]],
      ["without an entry", { "package.json": "{}" }, [noEntry]],
      ["whose entry is no file", { "app/main.ts": null }, [noEntry]],
      ["whose entry is a folder", { "package.json": '{"main": "app"}' }, [noEntry]],
      ["whose entry lies outside", { "package.json": '{"main": "../../etc/passwd"}' }, [noEntry]],
      ["whose package.json is malformed", { "package.json": "{main" }, [noEntry]],
      ["with nothing right", { "public/index.html": null, "package.json": null }, [noPublic, noEntry]],
    ];
  for (const [what, files, expected] of refused) {
    it(`${what} is refused with every finding`, () => {
      assert.equal(refusal(siteWith(files)), ["The website cannot be served:", ...expected].join("\n"));
    });
  }

  it("that does not exist is refused", () => {
    const folder = join(siteWith(), "none");
    assert.equal(
      refusal(folder),
      "The website cannot be served:\n  - foobar:site.directory: SITE does not exist. See the contract in site/README.md",
    );
  });
});
