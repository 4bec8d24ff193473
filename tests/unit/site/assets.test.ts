import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { publicFolder } from "../../../site/app/http/assets.ts";
import { stamped } from "../../../site/stamp.ts";

describe("static pages of the site", () => {
  const page = readFileSync(join(publicFolder, "index.html"), "utf8");

  it("name the present version of every asset (else run `node site/stamp.ts`)", () => {
    assert.equal(page, stamped(page));
    assert.match(page, /site\.css\?v=[0-9a-f]{12}/);
  });

  it("keep to a Content-Security-Policy of 'self'", () => {
    assert.doesNotMatch(page, /<style|style="|<script>| on\w+="|https?:\/\//);
  });
});
