import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { userlandTree } from "../../../components/onebox/userland.ts";

describe("the stack's userland", () => {
  const project = mkdtempSync(join(tmpdir(), "foobar-userland-"));
  const folder = join(project, ".cache/userland");
  const link = join(folder, "current");
  after(() => rmSync(project, { recursive: true }));

  it("is the link where set-up has made no tree yet: the sandbox then says what to do", () => {
    assert.equal(userlandTree(project), ".cache/userland/current");
  });

  it("is a tree by its own name, which an upgrade changes", () => {
    for (const tree of ["trixie-1", "trixie-2"]) {
      mkdirSync(join(folder, tree), { recursive: true });
      rmSync(link, { force: true });
      symlinkSync(tree, link);
      assert.equal(userlandTree(project), `.cache/userland/${tree}`);
    }
  });
});
