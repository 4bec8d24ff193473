import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packagesAreInstalled } from "../../../tools/lockfile.mjs";

describe("packagesAreInstalled", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "lock-"));
    await mkdir(join(folder, "node_modules"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const wanted = {
    "": { version: "1.0.0" },
    "node_modules/a": { version: "1.0.0" },
    "node_modules/b": { version: "2.0.0", optional: true },
    "node_modules/c": { version: "3.0.0", dev: true },
  };

  async function write(installed: object | undefined): Promise<void> {
    await writeFile(join(folder, "package-lock.json"), JSON.stringify({ packages: wanted }));
    if (installed === undefined) return;
    const hidden = join(folder, "node_modules", ".package-lock.json");
    await writeFile(hidden, JSON.stringify({ packages: installed }));
  }

  const a = { "node_modules/a": { version: "1.0.0" } };
  const c = { "node_modules/c": { version: "3.0.0" } };

  it("is true with all that is not optional", async () => {
    await write({ ...a, ...c });
    assert.equal(packagesAreInstalled(folder), true);
  });

  it("is false after an interrupted installation", async () => {
    await write(undefined);
    assert.equal(packagesAreInstalled(folder), false);
  });

  it("is false with another version, of an optional package too", async () => {
    await write({ ...c, "node_modules/a": { version: "1.0.1" } });
    assert.equal(packagesAreInstalled(folder), false);
    await write({ ...a, ...c, "node_modules/b": { version: "1.9.0" } });
    assert.equal(packagesAreInstalled(folder), false);
  });

  it("misses packages for development unless they are left out", async () => {
    await write(a);
    assert.equal(packagesAreInstalled(folder), false);
    assert.equal(packagesAreInstalled(folder, { omitDev: true }), true);
  });
});
