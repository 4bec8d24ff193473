import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepNoEngineLogs } from "../../../tools/setup/engineLogs.ts";

describe("keepNoEngineLogs", () => {
  let home = "";
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "pulumi-home-"));
  });
  afterEach(() => rm(home, { recursive: true }));

  const place = () => join(home, "logs");

  it("leaves a file, which says why, where the CLI would make its folder", async () => {
    await rm(home, { recursive: true });
    await keepNoEngineLogs(home);
    assert.match(await readFile(place(), "utf8"), /--logtostderr/);
  });

  it("takes away what an earlier version has logged", async () => {
    await mkdir(place());
    await writeFile(join(place(), "organization+foobar+dev.log"), "everything");
    await keepNoEngineLogs(home);
    assert.ok((await stat(place())).isFile());
  });

  it("leaves what is there alone", async () => {
    await writeFile(place(), "by hand");
    await keepNoEngineLogs(home);
    assert.equal(await readFile(place(), "utf8"), "by hand");
  });
});
