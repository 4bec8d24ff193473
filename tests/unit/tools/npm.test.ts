/** npm as set-up calls it: the same packages whatever the caller's npm, shell and settings say. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { npmEnvironment, npmInstallation } from "../../../tools/npm.mjs";
import { run } from "../../../tools/run.ts";

describe("npm of set-up", () => {
  it("is not told what a parent run, a shell or a pipeline changes of an installation", () => {
    const kept = {
      PATH: "/usr/bin",
      npm_config_registry: "https://registry.example",
      "npm_config_@own:registry": "https://own.example",
      npm_config_https_proxy: "http://proxy.example",
      npm_config_cafile: "/etc/ca.pem",
    };
    const changing = {
      npm_config_omit: "optional",
      npm_config_prefix: "/elsewhere",
      npm_config_global: "true",
      npm_config_dry_run: "true",
      npm_config_bin_links: "false",
      NPM_CONFIG_OMIT: "dev",
      npm_lifecycle_event: "up",
      npm_package_name: "another",
      INIT_CWD: "/elsewhere",
      NODE_ENV: "production",
      NODE_OPTIONS: "--no-such-option",
      NODE_PATH: "/elsewhere",
    };
    assert.deepEqual(npmEnvironment({ ...kept, ...changing }), kept);
  });

  it("is npm itself where another package manager runs the script", () => {
    for (const script of ["/usr/lib/pnpm/bin/pnpm.cjs", "/opt/yarn/bin/yarn.js"])
      assert.equal(npmInstallation({ npm_execpath: script })[0], "npm");
    const own = npmInstallation({ npm_execpath: "/usr/lib/node_modules/npm/bin/npm-cli.js" });
    assert.deepEqual(own.slice(0, 2), [process.execPath, "/usr/lib/node_modules/npm/bin/npm-cli.js"]);
  });

  it("installs optional packages and links against the user's own npmrc", async () => {
    const folder = mkdtempSync(join(tmpdir(), "npmrc-"));
    try {
      const inner = { name: "tool", version: "1.0.0", bin: { tool: "tool.js" } };
      await run(["install", "-D", "/dev/null", join(folder, "tool/tool.js")]);
      writeFileSync(join(folder, "tool/package.json"), JSON.stringify(inner));
      const manifest = { name: "a", version: "1.0.0", optionalDependencies: { tool: "file:tool" } };
      writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
      const userconfig = join(folder, "npmrc");
      const env = { ...npmEnvironment(process.env), npm_config_userconfig: userconfig };
      writeFileSync(userconfig, "");
      await run(["npm", "install", "--package-lock-only", "--no-audit"], { cwd: folder, env });
      writeFileSync(
        userconfig,
        "omit=optional\nbin-links=false\nglobal=true\nignore-scripts=false\nprefix=/nowhere\n",
      );
      const { code, stderr } = await run(npmInstallation({}), { cwd: folder, env });
      assert.equal(code, 0, stderr);
      assert.ok(existsSync(join(folder, "node_modules/tool/package.json")));
      assert.ok(existsSync(join(folder, "node_modules/.bin/tool")));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
