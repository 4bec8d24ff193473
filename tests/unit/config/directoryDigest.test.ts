import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directoryDigest, filesBelow, StrayLinkError } from "../../../config/directoryDigest.ts";

describe("the files below a directory", () => {
  let top = "";
  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), "walk-"));
    mkdirSync(join(top, "site/public/a"), { recursive: true });
    writeFileSync(join(top, "site/public/a/one"), "1");
    writeFileSync(join(top, "site/public/two"), "2");
    writeFileSync(join(top, "key"), "secret");
    mkdirSync(join(top, "site-2"));
  });
  afterEach(() => rmSync(top, { recursive: true }));

  const link = (to: string, name = "site/public/link") => symlinkSync(to, join(top, name));

  it("are all, sorted, those behind links that stay inside too", () => {
    link("a");
    link("../two", "site/public/a/three");
    const all = ["public/a/one", "public/a/three", "public/link/one", "public/link/three", "public/two"];
    assert.deepEqual(filesBelow(join(top, "site")), all);
    symlinkSync("site", join(top, "by-link"));
    assert.deepEqual(filesBelow(join(top, "by-link")), all);
    assert.equal(directoryDigest(join(top, "by-link")), directoryDigest(join(top, "site")));
  });

  for (const [how, to] of Object.entries({
    "to a file outside": "../../key",
    "by an absolute path": "/etc/passwd",
    "to a folder outside": "../../site-2",
    "to a neighbour whose name begins alike": "../../site-2",
    nowhere: "not-there",
    "to the folder that holds it": "..",
    "to itself": "link",
  }))
    it(`are refused where a link leads ${how}`, () => {
      link(to);
      assert.throws(() => filesBelow(join(top, "site")), StrayLinkError);
      assert.throws(() => directoryDigest(join(top, "site")), /link is a symbolic link that does not lead/);
    });
});
