/** What zizmor says of the workflows: nothing. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { run } from "../../tools/run.ts";
import { root } from "../support/mockedStack.ts";
import { auditors } from "./support/python.ts";

describe("the workflows", function () {
  this.timeout(300_000);

  it("have no finding of zizmor's", async () => {
    const zizmor = join(await auditors(), "zizmor");
    const { code, stdout, stderr } = await run(
      [zizmor, "--offline", "--no-progress", "--color=never", join(root, ".github")],
      { env: process.env },
    );
    assert.equal(code, 0, `${stdout}${stderr}`);
  });
});
