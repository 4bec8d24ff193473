import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secret, unknown } from "./marks.ts";
import { CallFailure, Plugin } from "./plugin.ts";

const urn = "urn:pulumi:dev::foobar::onebox:index:FileTree::web-1";

describe("the plugin", () => {
  let plugin: Plugin;
  let directory: string;
  before(async () => {
    plugin = await Plugin.start();
    directory = mkdtempSync(join(tmpdir(), "foobar-plugin-"));
  });
  after(async () => {
    await plugin?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const tree = (files: Record<string, unknown>) => ({
    host: { sandbox: { directory, incarnation: "none" }, name: "web-1", number: 1 },
    name: "tree",
    files,
    folders: {},
  });
  const file = (content: unknown) => ({ content, mode: "0600", user: "root" });
  /** A file as the state keeps it. */
  const kept = (content: string) => ({
    digest: createHash("sha256").update(content).digest("hex"),
    mode: "0600",
    user: "root",
  });
  const pathOf = (path: string) => join(directory, "hosts/web-1", path);

  it("takes secrets and outputs in their envelopes", async () => {
    assert.deepEqual(await plugin.configure(), { secrets: true, outputs: true });
  });

  it("names every property that is wrong, and none that is not known yet", async () => {
    const wrong = { ...tree({ a: file("x"), b: { ...file("x"), mode: "rw" } }), name: 1, colour: "red" };
    assert.deepEqual((await plugin.check(urn, wrong)).toSorted(), ["colour", "files.b.mode", "name"]);
    assert.deepEqual(await plugin.check(urn, { ...tree({}), host: unknown }), []);
  });

  it("keeps a secret wrapped in what it made, and 0600 where it is written", async () => {
    const { id, properties } = await plugin.create(urn, tree({ "etc/key": file(secret("swordfish")) }));
    assert.equal(id, `${directory}/web-1/tree`);
    assert.deepEqual(properties?.files, secret({ "etc/key": kept("swordfish") }));
    assert.equal(JSON.stringify(properties).includes("swordfish"), false);
    assert.equal(readFileSync(pathOf("etc/key"), "utf8"), "swordfish");
    assert.equal(statSync(pathOf("etc/key")).mode & 0o777, 0o600);
  });

  it("keeps it wrapped when it reads, and tells what differs", async () => {
    const { id, properties } = await plugin.create(urn, tree({ "etc/read": file(secret("swordfish")) }));
    writeFileSync(pathOf("etc/read"), "by hand");
    const read = await plugin.read(urn, id, { ...properties });
    assert.equal(read.id, id);
    assert.deepEqual(read.properties, { ...properties, drift: ["etc/read has another content"] });
  });

  it("tells the engine what to record of a half-made resource, its secrets still wrapped", async () => {
    mkdirSync(pathOf("blocked"), { recursive: true });
    writeFileSync(pathOf("blocked/file"), "");
    const inputs = tree({ a: file(secret("swordfish")), "blocked/file/second": file("") });
    const failure: unknown = await plugin.create(urn, inputs).catch((error: unknown) => error);
    assert.ok(failure instanceof CallFailure);
    assert.equal(failure.recorded?.id, `${directory}/web-1/tree`);
    assert.deepEqual(failure.recorded?.properties, {
      ...inputs,
      files: secret({
        a: kept("swordfish"),
        "blocked/file/second": kept(""),
      }),
    });
    assert.deepEqual(failure.recorded?.reasons, [failure.message]);
    assert.doesNotMatch(failure.message, /swordfish/);
    assert.equal(readFileSync(pathOf("a"), "utf8"), "swordfish");
  });

  it("refuses what cannot be imported, by name", async () => {
    const failure: unknown = await plugin.read(urn, "x", {}).catch((error: unknown) => error);
    assert.ok(failure instanceof CallFailure);
    assert.match(failure.message, /onebox:index:FileTree cannot be imported/);
    assert.equal(failure.recorded, null);
  });

  it("leaves what Node has compiled to the next one when the engine ends it", async () => {
    const cache = join(directory, "compiled");
    const another = await Plugin.start({ NODE_COMPILE_CACHE: cache });
    assert.equal(await another.stop(), 0);
    assert.ok(readdirSync(cache, { recursive: true }).length > 100);
  });
});
