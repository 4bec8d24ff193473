/** The workflows of .github: actionlint's findings, and what a reviewer would look for. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { run } from "../../../tools/run.ts";
import { actionlint } from "../../support/actionlint.ts";
import { root } from "../../support/mockedStack.ts";

const folder = join(root, ".github/workflows");
const files = readdirSync(folder).sort();
const textOf = (file: string) => readFileSync(join(folder, file), "utf8");

const step = z.object({
  id: z.string().optional(),
  if: z.string().optional(),
  run: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const job = z.object({
  if: z.string().optional(),
  environment: z.string().optional(),
  permissions: z.record(z.string(), z.string()).optional(),
  concurrency: z.object({ group: z.string(), "cancel-in-progress": z.boolean() }).optional(),
  steps: z.array(step).optional(),
});
const workflow = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(z.string(), job),
});

const read = (file: string) => workflow.parse(parse(textOf(file)));

describe("workflows", () => {
  it("pass actionlint", async () => {
    assert.equal(await actionlint(files.map((file) => join(folder, file))), "");
  }).timeout(180_000);

  for (const file of files) {
    it(`${file} pins every action by its commit and says which version that is`, () => {
      for (const [line] of textOf(file).matchAll(/^.*\buses:.*$/gm)) {
        assert.match(line, /uses: (?:\.\/\.github\/\S+|\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/);
      }
    });

    it(`${file} starts from a token that can only read, and keeps none in the clone`, () => {
      const { permissions, jobs } = read(file);
      assert.deepEqual(permissions, { contents: "read" });
      for (const each of Object.values(jobs).flatMap(({ steps }) => steps ?? [])) {
        if (each.uses?.startsWith("actions/checkout@"))
          assert.equal(each.with?.["persist-credentials"], false);
      }
    });

    it(`${file} stores no key of a cloud and never runs a fork's code with secrets`, () => {
      assert.doesNotMatch(textOf(file), /secrets\.|aws-secret-access-key/);
      assert.ok(!("pull_request_target" in read(file).on) && !("workflow_run" in read(file).on));
    });
  }

  it("give a fork's pull request neither log-in nor a token that writes", () => {
    const { jobs } = read("pull-request.yml");
    for (const { if: condition, permissions = {} } of Object.values(jobs)) {
      const isOwn = condition === "github.event.pull_request.head.repo.full_name == github.repository";
      if (!isOwn) assert.deepEqual(permissions, {});
    }
  });

  it("let one run at a time touch a stack, and never interrupt it", () => {
    const groupOf = (file: string, name: string) => read(file).jobs[name]?.concurrency;
    const [deploy, drift] = [groupOf("deploy-stack.yml", "up"), groupOf("drift.yml", "check")];
    assert.match(deploy?.group ?? "", /^stack-\$\{\{ inputs\.stack \}\}$/);
    assert.match(drift?.group ?? "", /^stack-\$\{\{ matrix\.stack \}\}$/);
    assert.deepEqual(
      [deploy, drift].map((each) => each?.["cancel-in-progress"]),
      [false, false],
    );
    assert.match(read("deploy-stack.yml").jobs.up?.environment ?? "", /inputs\.stack/);
  });

  it("tell drift from an error by Pulumi's exit code", async () => {
    const steps = read("drift.yml").jobs.check?.steps ?? [];
    const script = steps.find(({ id }) => id === "preview")?.run ?? "";
    const folder = mkdtempSync(join(tmpdir(), "drift-"));
    const endedWith = async (code: number) => {
      const output = join(folder, "output");
      writeFileSync(output, "");
      writeFileSync(join(folder, "pulumi"), `#!/bin/sh\nexit ${code}\n`, { mode: 0o755 });
      const env = { PATH: `${folder}:${process.env.PATH}`, STACK: "prod", GITHUB_OUTPUT: output };
      const ended = await run(["bash", "-e", "-c", script], { env });
      return [ended.code, readFileSync(output, "utf8").trim()];
    };
    try {
      assert.deepEqual(await endedWith(0), [0, ""]);
      assert.deepEqual(await endedWith(7), [0, "drift=true"]);
      for (const error of [1, 3, 255]) assert.deepEqual(await endedWith(error), [error, ""]);
    } finally {
      rmSync(folder, { recursive: true });
    }
    assert.equal(steps.at(-1)?.if, "steps.preview.outputs.drift == 'true'");
  });

  it("install by the lockfile alone and run no script of a package", () => {
    const lines = files.flatMap((file) => textOf(file).match(/^.*\bnpm (?:ci|install|i)\b.*$/gm) ?? []);
    assert.ok(lines.length > 0);
    for (const line of lines) assert.match(line, /run: npm ci --ignore-scripts /);
  });

  it("run the Pulumi that package.json names", () => {
    const { dependencies } = z
      .object({ dependencies: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
    const versions = files.flatMap((file) =>
      [...textOf(file).matchAll(/pulumi-version: (\S+)/g)].map(([, it]) => it),
    );
    assert.ok(versions.length > 0);
    assert.deepEqual([...new Set(versions)], [dependencies.pulumi]);
  });
});
