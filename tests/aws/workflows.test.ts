/**
 * The workflows' own steps, exactly as they stand, in a fresh clone, with the state where the README puts it: a bucket,
 * and a key that encrypts its secrets.
 */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type RunResult, run } from "../../tools/run.ts";
import { scriptsOf } from "../support/workflows.ts";
import { prepareEmulator, stateIn } from "./support/emulator.ts";
import { FreshClone } from "./support/freshClone.ts";
import { type Aws, chooseAws } from "./support/plugin.ts";

const succeeded = ({ code, stdout, stderr }: RunResult) => assert.equal(code, 0, stdout + stderr);

describe("the workflows on AWS", function () {
  this.timeout(20 * 60_000);
  let aws: Aws;
  let clone: FreshClone;
  let committed: string;
  let variables: NodeJS.ProcessEnv;

  before(async function () {
    const chosen = await chooseAws();
    // In a true account they run by themselves, with roles and environments that only the repository has.
    const reason = "none" in chosen ? chosen.none : chosen.emulator === null ? "AWS_TEST is real" : null;
    if ("none" in chosen || chosen.emulator === null) {
      process.stderr.write(`  the workflows on AWS are skipped: ${reason}\n`);
      return this.skip();
    }
    aws = chosen;
    await prepareEmulator(chosen.emulator.url, "foobar.com");
    clone = await FreshClone.create();
    committed = await clone.changes();
    const files = dirname(clone.folder);
    variables = {
      ...cleared(chosen.env),
      CI: "true",
      STACK: "staging",
      GITHUB_OUTPUT: join(files, "output"),
      GITHUB_STEP_SUMMARY: join(files, "summary.md"),
      PULUMI_BACKEND_URL: await stateIn(chosen.emulator.url, "foobar-state-staging"),
    };
    await writeFile(join(files, "output"), "");
  });

  after(async () => {
    await clone?.remove();
    aws?.close();
  });

  /** Runs a script as GitHub does. */
  const step = (script: string): Promise<RunResult> =>
    run(["bash", "-e", "-o", "pipefail", "-c", script], { cwd: clone.folder, env: variables });

  async function job(file: string, name: string): Promise<void> {
    for (const script of scriptsOf(file, name)) succeeded(await step(script));
  }

  it("preview every stack for a pull request of anybody, without AWS", async () => {
    await job("pull-request.yml", "mock-preview");
    assert.match(await readFile(join(dirname(clone.folder), "summary.md"), "utf8"), /staging/);
  });

  it("find the stack that README's line has made, and preview it for a pull request", async () => {
    succeeded(
      await step(
        `npm run setup -- --stack staging --secrets-provider 'awskms://alias/foobar-state-staging?region=eu-west-1'`,
      ),
    );
    await job("pull-request.yml", "preview");
    assert.match(await readFile(join(clone.folder, "comment.md"), "utf8"), /create/);
  });

  it("deploy, and find no drift afterwards", async () => {
    await job("deploy-stack.yml", "up");
    await job("drift.yml", "check");
    assert.equal(await readFile(join(dirname(clone.folder), "output"), "utf8"), "");
  });

  it("leave the clone as it was, but for the comment", async () => {
    assert.equal((await clone.changes()).replace("?? comment.md\n", ""), committed);
  });
});

/** The environment without what the test's own run of the project has set. */
function cleared(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = /^(?:PULUMI_(?!DISABLE_)|NODE_(?:COMPILE_CACHE|OPTIONS|PATH)$|npm_)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !own.test(name)));
}
