import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../../tools/paths.ts";
import { run } from "../../../tools/run.ts";
import {
  cliBuild,
  goModule,
  languageHostBuild,
  languageHostLauncher,
} from "../../../tools/setup/cliBuild.ts";
import { launcherText, pluginFolderName, shellQuote } from "../../../tools/setup/standIn.ts";
import { packageVersion } from "../../../tools/versions.ts";

describe("launchers", () => {
  let folder = "";
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), "launcher-")), "with 'quotes' and $HOME");
    await mkdir(folder);
  });
  afterEach(() => rm(join(folder, ".."), { recursive: true }));

  async function program(name: string, text: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text);
    await chmod(path, 0o755);
    return path;
  }

  it("start a plugin whose path has spaces and quotes, with all arguments", async () => {
    const node = await program("no de", '#!/bin/sh\nprintf "%s\\n" "$@"\n');
    const launcher = await program("launcher", launcherText(node, join(folder, "it's.ts")));
    const { stdout } = await run([launcher, "127.0.0.1:1", "a b"]);
    assert.equal(stdout, `${join(folder, "it's.ts")}\n127.0.0.1:1\na b\n`);
  });

  it("start the language host without ts-node, through a link too", async () => {
    await program("host", '#!/bin/sh\necho "$@"\n');
    const launcher = await program("pulumi-language-nodejs", languageHostLauncher("host"));
    await symlink(launcher, join(folder, "..", "linked"));
    const { stdout } = await run([join(folder, "..", "linked"), "127.0.0.1:1"]);
    assert.equal(stdout, "-typescript=false 127.0.0.1:1\n");
  });

  it("quote every word so that a shell gives it back", async () => {
    for (const word of ["", "a b", "it's", '$(x) `y` "z"', "a\nb", "'"]) {
      assert.equal((await run(["sh", "-c", `printf %s ${shellQuote(word)}`])).stdout, word);
    }
  });

  it("lie where the engine looks for plugins", () => {
    assert.equal(pluginFolderName("random", "4.21.2"), "resource-random-v4.21.2");
  });
});

describe("goModule", () => {
  it("requires both modules of the CLI at its version", () => {
    assert.equal(
      goModule(cliBuild("3.255.0")),
      "module build\n\ngo 1.25.11\n\nrequire (\n\tgithub.com/pulumi/pulumi/pkg/v3 v3.255.0\n\tgithub.com/pulumi/pulumi/sdk/v3 v3.255.0\n)\n",
    );
  });

  it("has the digest of every module that is named", () => {
    for (const build of [cliBuild(packageVersion("pulumi")), languageHostBuild()]) {
      const sums = readFileSync(join(projectRoot, "tools/setup/sums", build.sums), "utf8");
      for (const [path, version] of Object.entries(build.modules))
        assert.match(sums, new RegExp(`^${path} ${version} h1:[\\w+/]{43}=$`, "m"));
    }
  });

  it("takes the language host from the version that holds it", () => {
    assert.match(goModule(languageHostBuild()), /sdk\/v3 v3\.68\.0/);
  });

  it("tells the CLI its own version", () => {
    assert.match(cliBuild("3.255.0").flags.join(" "), /version\.Version=v3\.255\.0$/);
  });
});
