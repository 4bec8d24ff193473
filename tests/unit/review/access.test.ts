import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasAwsAccess } from "../../../tools/review/access.ts";

describe("hasAwsAccess", () => {
  let home: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "foobar-home-"));
  });

  afterEach(() => rm(home, { recursive: true }));

  it("is false on a machine without variables and files", async () => {
    assert.equal(await hasAwsAccess({}, home), false);
  });

  it("is true by a variable, or by the file of the AWS CLI", async () => {
    assert.equal(await hasAwsAccess({ AWS_PROFILE: "staging" }, home), true);
    await mkdir(join(home, ".aws"));
    await writeFile(join(home, ".aws", "credentials"), "");
    assert.equal(await hasAwsAccess({}, home), true);
  });
});
