import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { programStack, shortType } from "../../support/program.ts";

/** Set to write the lists anew after a change that is meant. */
const rewrite = process.env.REWRITE_GOLDEN === "1";

describe("names of the resources on AWS", () => {
  for (const stack of ["staging", "prod"]) {
    it(`${stack}: another name means another database, balancer or server`, async () => {
      const { resources } = await programStack(stack);
      const names = resources.map(({ type, name }) => `${shortType(type)} ${name}`).sort();
      assert.equal(new Set(names).size, names.length, "two resources share type and name");
      const path = join(import.meta.dirname, `golden/${stack}.txt`);
      if (rewrite) writeFileSync(path, `${names.join("\n")}\n`);
      assert.deepEqual(
        names,
        readFileSync(path, "utf8").trimEnd().split("\n"),
        "A resource that gets another name is deleted and made anew. If that is meant: REWRITE_GOLDEN=1",
      );
    });
  }
});
