/** What a new user may stumble over before anything is made. */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { node24, projectRoot, stateFolder } from "../../../tools/paths.ts";
import { noStackFile } from "../../../tools/pulumi/stackFile.ts";
import { run } from "../../../tools/run.ts";

const bootstrap = join(projectRoot, "tools", "bootstrap.mjs");

/** Runs the first link of a script with something of Node's process changed before. */
async function bootstrapWith(change: string, ...args: readonly string[]) {
  const preload = `data:text/javascript,${encodeURIComponent(change)}`;
  return run([node24, "--import", preload, bootstrap, ...args]);
}

const define = (target: string, name: string, value: string) =>
  `Object.defineProperty(${target}, ${JSON.stringify(name)}, { value: ${JSON.stringify(value)} });`;

describe("a machine that cannot run the project", () => {
  it("is told which Node it needs", async () => {
    const { code, stdout, stderr } = await bootstrapWith(define("process.versions", "node", "18.20.4"), "up");
    assert.deepEqual([code, stdout], [1, ""]);
    assert.equal(
      stderr,
      "This machine cannot run the project:\n  - node: 18.20.4 on PATH; install Node.js 20 or newer.\n",
    );
  });

  it("is told of everything at once", async () => {
    const { code, stderr } = await bootstrapWith(
      define("process.versions", "node", "16.0.0") + define("process", "platform", "darwin"),
      "status",
    );
    assert.equal(code, 1);
    assert.match(stderr, / {2}- platform: darwin; .*\n {2}- node: 16\.0\.0 /);
  });

  it("is told that its folder cannot stand in PATH", async () => {
    const parent = mkdtempSync(join(tmpdir(), "foobar-colon-"));
    try {
      cpSync(join(projectRoot, "tools"), join(parent, "a:b", "tools"), { recursive: true });
      const { code, stderr } = await run([node24, join(parent, "a:b", "tools/bootstrap.mjs"), "up"]);
      assert.equal(code, 1);
      assert.match(stderr, / {2}- folder: .*\/a:b has a colon, which PATH cannot hold; rename it\.\n$/);
    } finally {
      rmSync(parent, { recursive: true, force: true });
    }
  });

  it("may have any newer Node", async () => {
    const newer = define("process.versions", "node", "26.1.0");
    const { code, stdout } = await bootstrapWith(newer, "status", "--help");
    assert.equal(code, 0);
    assert.match(stdout, /^npm run status/);
  });
});

describe("a mistyped stack", () => {
  const stateFile = (stack: string) => join(stateFolder, ".pulumi/stacks/foobar", `${stack}.json`);

  it("is answered with the stacks that there are, and the nearest of them", () => {
    assert.equal(
      noStackFile("stagng", ["dev", "prod", "staging"]),
      "there is no stack stagng: no file Pulumi.stagng.yaml; there are dev, prod, staging. Did you mean staging?",
    );
    assert.doesNotMatch(noStackFile("elsewhere", ["dev", "prod"]), /Did you mean/);
  });

  for (const command of ["up", "down", "preview", "refresh", "status", "drill", "setup"]) {
    it(`ends \`npm run ${command}\` before anything is made`, async () => {
      const argument = command === "drill" ? ["kill-web"] : [];
      const { code, stdout, stderr } = await run([
        node24,
        join(projectRoot, "tools", `${command}.ts`),
        ...argument,
        "--stack",
        "stagng",
      ]);
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(stderr, /^there is no stack stagng: no file Pulumi\.stagng\.yaml; there are .*dev, /);
      assert.equal(stderr.trim().split("\n").length, 1);
      assert.ok(!existsSync(stateFile("stagng")));
    });
  }
});

describe("an installation", () => {
  it("runs no script of a package, and says when Node was left out of it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "a clone "));
    try {
      const scripts = ["bootstrap", "lockfile", "node24", "npm"].map((name) => `tools/${name}.mjs`);
      for (const file of [...scripts, "package.json", "package-lock.json"])
        await run(["install", "-D", join(projectRoot, file), join(folder, file)]);
      // Stands for npm: notes what it was asked, and installs nothing.
      const npm = join(folder, "npm-cli.js");
      writeFileSync(
        npm,
        'import { writeFileSync } from "node:fs"; writeFileSync("asked", process.argv.slice(2).join(" "));',
      );
      const { code, stderr } = await run([node24, join(folder, "tools/bootstrap.mjs"), "up"], {
        env: { ...process.env, npm_execpath: npm },
      });
      assert.equal(code, 1);
      assert.match(stderr, /Node 24 for linux on \S+ was left out of what npm installed/);
      assert.ok(readdirSync(folder).includes("asked"));
      const asked = (await run(["cat", join(folder, "asked")])).stdout;
      assert.match(asked, /^ci --ignore-scripts /);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("a second set-up", () => {
  it("needs no network", async () => {
    // `npm test` has set up before. A machine without a network has its loopback still.
    const user = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
    const offline = 'ip link set lo up; if ip route get 192.0.2.1 2>/dev/null; then exit 9; fi; exec "$@"';
    const setup = [node24, join(projectRoot, "tools/setup.ts")];
    const { code, stdout, stderr } = await run(
      ["unshare", ...user, "--net", "--", "sh", "-ec", offline, "sh", ...setup],
      { timeoutMs: 120_000 },
    );
    assert.equal(code, 0, `${stdout}${stderr}`);
  }).timeout(150_000);
});
