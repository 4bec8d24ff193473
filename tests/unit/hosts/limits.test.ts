import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { above } from "../../../hosts/limits.ts";
import { renderLimitsTable } from "../../../hosts/limitsTable.ts";
import { projectRoot } from "../../../tools/paths.ts";

describe("the limits", () => {
  it("stand in site/README.md as they are (npm run docs writes them)", () => {
    assert.ok(
      readFileSync(join(projectRoot, "site/README.md"), "utf8").includes(`\n${renderLimitsTable()}\n`),
    );
  });

  it("are told from what is above by an expression", () => {
    for (const limit of [9, 10, 99, 16_384, 17_408, 19_999]) {
      const pattern = new RegExp(above(limit));
      for (const number of [0, 1, 9, limit - 1, limit])
        if (number <= limit) assert.doesNotMatch(String(number), pattern);
      for (const number of [limit + 1, limit + 9, 2 * limit, 10 * limit, 1_000_000])
        assert.match(String(number), pattern, `${number} above ${limit}`);
    }
  });
});
