import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packagesTree } from "../../../components/onebox/packages.ts";

describe("the stack's packages", () => {
  const project = mkdtempSync(join(tmpdir(), "foobar-packages-"));
  const packages = join(project, ".cache/packages");
  const link = join(packages, "root");
  after(() => rmSync(project, { recursive: true }));

  it("are none on a machine that has them all", () => {
    assert.equal(packagesTree(project), "");
  });

  it("are named by their set, which an upgrade changes", () => {
    mkdirSync(join(packages, "sets/root-1"), { recursive: true });
    mkdirSync(join(packages, "sets/root-2"));
    symlinkSync("sets/root-1", link);
    assert.equal(packagesTree(project), ".cache/packages/sets/root-1");
    rmSync(link);
    symlinkSync("sets/root-2", link);
    assert.equal(packagesTree(project), ".cache/packages/sets/root-2");
  });
});
