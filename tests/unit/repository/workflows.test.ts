/** The workflows of .github: actionlint's findings, and what a reviewer would look for. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withoutSalt } from "../../../tools/pulumi/stackFile.ts";
import { mark } from "../../../tools/review/comment.ts";
import { run } from "../../../tools/run.ts";
import { actionlint } from "../../support/actionlint.ts";
import { root } from "../../support/mockedStack.ts";
import {
  workflowFiles as files,
  workflowFolder as folder,
  readWorkflow as read,
  textOfWorkflow as textOf,
} from "../../support/workflows.ts";

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

  const jobs = files.flatMap((file) =>
    Object.entries(read(file).jobs).map(([name, each]) => ({ at: `${file} ${name}`, ...each })),
  );

  it("let no job log in to AWS outside an environment, whose rules say who may", () => {
    const loggingIn = jobs.filter(({ permissions }) => permissions?.["id-token"] === "write");
    const handedOn = loggingIn.filter(({ uses }) => uses !== undefined);
    assert.deepEqual(
      [...new Set(handedOn.map(({ uses }) => uses))],
      ["./.github/workflows/deploy-stack.yml"],
    );
    const places = loggingIn.filter(({ uses }) => uses === undefined);
    assert.deepEqual(
      Object.fromEntries(
        places.map(({ at, environment }) => [at, environment?.replace(/\$\{\{ (\S+) \}\}/, "($1)")]),
      ),
      {
        "deploy-stack.yml up": "(inputs.stack)",
        "deploy.yml preview-prod": "look-prod",
        "drift.yml check": "look-(matrix.stack)",
        "pull-request.yml preview": "preview",
      },
    );
  });

  it("let no job write that runs anything of the repository", () => {
    for (const { at, permissions = {}, steps = [] } of jobs) {
      const runsOurs = steps.some(
        ({ uses, run: script }) => uses?.startsWith("actions/checkout@") || /\bnpm\b/.test(script ?? ""),
      );
      const writes = Object.entries(permissions).filter(
        ([name, how]) => how === "write" && name !== "id-token",
      );
      if (runsOurs) assert.deepEqual(writes, [], at);
    }
  });

  it("show pull requests staging alone, and those of forks and of Dependabot no cloud", () => {
    for (const { at, permissions = {}, if: condition = "", steps = [] } of jobs) {
      if (!at.startsWith("pull-request.yml") || permissions["id-token"] === undefined) continue;
      assert.match(
        condition,
        /head\.repo\.full_name == github\.repository\s+&& .*user\.login != 'dependabot\[bot\]'/,
      );
      for (const { run: script = "" } of steps)
        assert.doesNotMatch(script, /prod|preview:pr(?!.*--stack staging)/);
    }
  });

  it("do what README and CONTRIBUTING tell people to type, and nothing else", () => {
    const told = ["README.md", "CONTRIBUTING.md"]
      .map((file) => readFileSync(join(root, file), "utf8"))
      .join("\n");
    const commands = jobs
      .flatMap(({ steps = [] }) => steps.flatMap(({ run: script = "" }) => script.split("\n")))
      .flatMap((line) => /\b(?:npm|pulumi)\b[^|&;>)]*/.exec(line)?.[0].trim() ?? [])
      .map((line) => line.replace('"$STACK"', "staging").replace('"$GITHUB_STEP_SUMMARY"', "comment.md"));
    assert.ok(commands.includes("npm run up -- --stack staging"), commands.join("\n"));
    for (const line of commands) assert.ok(told.includes(line), `nobody is told to type: ${line}`);
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
      writeFileSync(join(folder, "npm"), `#!/bin/sh\nexit ${code}\n`, { mode: 0o755 });
      const env = { PATH: `${folder}:${process.env.PATH}`, STACK: "prod", GITHUB_OUTPUT: output };
      const ended = await run(["bash", "-e", "-c", script], { env });
      return [ended.code, readFileSync(output, "utf8").trim()];
    };
    try {
      assert.deepEqual(await endedWith(0), [0, ""]);
      assert.deepEqual(await endedWith(7), [0, "prod=drift"]);
      for (const error of [1, 3, 255]) assert.deepEqual(await endedWith(error), [error, ""]);
    } finally {
      rmSync(folder, { recursive: true });
    }
    const report = read("drift.yml").jobs.report?.steps ?? [];
    assert.equal(report.at(-1)?.if, "needs.check.outputs[matrix.stack] == 'drift'");
  });

  it("install by the project's own set-up, and Pulumi by nothing else", () => {
    for (const file of files) {
      assert.doesNotMatch(textOf(file), /\bnpm (?:ci|install|i)\b|pulumi\/actions|pulumi-version/);
    }
  });

  it("mark a comment as preview:pr does", () => assert.ok(textOf("pull-request.yml").includes(mark)));
});

describe("stack files", () => {
  it("hold no salt of one clone's passphrase, which would lock out every other", () => {
    for (const name of readdirSync(root).filter((each) => /^Pulumi\..+\.yaml$/.test(each))) {
      const text = readFileSync(join(root, name), "utf8");
      assert.equal(withoutSalt(text), text, name);
    }
  });
});
