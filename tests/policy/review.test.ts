/** `npm run preview:pr` where there is no AWS. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { mark } from "../../tools/review/comment.ts";
import { root } from "../support/mockedStack.ts";

const execute = promisify(execFile);

describe("preview:pr", function () {
  this.timeout(180_000);
  let home: string;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), "foobar-review-"));
  });

  after(() => rm(home, { recursive: true }));

  it("previews both stacks against mocks without AWS, says so, and writes the comment", async () => {
    const file = join(home, "comment.md");
    const { stdout, stderr } = await execute(
      process.execPath,
      [join(root, "tools/review.ts"), "--markdown", file],
      { cwd: root, env: { PATH: process.env.PATH, HOME: home } },
    );
    assert.match(stderr, /No credentials of AWS here: the program runs against mocks/);
    assert.equal(await readFile(file, "utf8"), stdout);
    assert.equal(stdout.split("\n")[0], mark);
    for (const stack of ["staging", "prod"]) assert.ok(stdout.includes(`### ${stack} (without AWS)`));
    assert.match(stdout, /\| 🟢 create \| artifacts \| aws:s3\/bucket:Bucket \|/);
    assert.equal(stdout.match(/Policies: no violation\./g)?.length, 2);
  });

  it("previews the stack that is named, and no other", async () => {
    const { stdout } = await execute(
      process.execPath,
      [join(root, "tools/review.ts"), "--stack", "prod", "--mock"],
      { cwd: root, env: { PATH: process.env.PATH, HOME: home } },
    );
    assert.deepEqual(stdout.match(/^### .*$/gm), ["### prod (without AWS)"]);
  });
});
