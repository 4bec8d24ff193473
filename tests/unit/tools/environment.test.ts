import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { passphraseFile, pulumiHome, stateBackend, stateFolder } from "../../../tools/paths.ts";
import { chooseBackend, pulumiVariables } from "../../../tools/pulumi/environment.ts";
import { cloudInText, siteInText, withoutSalt } from "../../../tools/pulumi/stackFile.ts";

describe("chooseBackend", () => {
  let home = "";
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "home-"));
  });
  afterEach(() => rm(home, { recursive: true }));

  async function logIn(current: string): Promise<void> {
    await mkdir(join(home, ".pulumi"));
    await writeFile(join(home, ".pulumi", "credentials.json"), JSON.stringify({ current }));
  }

  it("is the project's own where the user is not logged in", async () => {
    assert.deepEqual(await chooseBackend({}, home), { kind: "project" });
  });

  it("is the user's where they are logged in, with their credentials", async () => {
    await logIn("https://api.example.com");
    assert.deepEqual(await chooseBackend({}, home), { kind: "user", credentials: join(home, ".pulumi") });
  });

  it("is the project's own after a log-out", async () => {
    await logIn("");
    assert.deepEqual(await chooseBackend({}, home), { kind: "project" });
  });

  it("is the user's with a URL or a token in the environment", async () => {
    assert.deepEqual(await chooseBackend({ PULUMI_BACKEND_URL: "s3://state" }, home), { kind: "user" });
    assert.deepEqual(await chooseBackend({ PULUMI_ACCESS_TOKEN: "pul-x" }, home), { kind: "user" });
  });

  it("knows its own URL again, so that the lines of `npm run env` may be evaluated twice", async () => {
    const env = { PULUMI_BACKEND_URL: `file://${stateFolder}` };
    assert.deepEqual(await chooseBackend(env, home), { kind: "project" });
  });
});

describe("pulumiVariables", () => {
  it("puts the CLI and Node 24 first and leaves npm's own folders out", () => {
    const path = "/p/node_modules/.bin:/usr/lib/node_modules/npm/bin:/usr/bin:/cli";
    const { PATH } = pulumiVariables("/cli", { kind: "project" }, "onebox", { PATH: path });
    const folders = PATH?.split(":") ?? [];
    assert.equal(folders[0], "/cli");
    assert.match(folders[1] ?? "", /\/node_modules\/node-linux-[^/]+\/bin$/);
    assert.deepEqual(folders.slice(2), ["/usr/bin"]);
  });

  it("keeps state, plugins and passphrase in the project", () => {
    const variables = pulumiVariables("/cli", { kind: "project" }, "onebox", {});
    assert.equal(variables.PULUMI_HOME, pulumiHome);
    assert.equal(variables.PULUMI_BACKEND_URL, stateBackend);
    assert.equal(variables.PULUMI_CONFIG_PASSPHRASE_FILE, passphraseFile);
    assert.equal(variables.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION, "true");
  });

  it("leaves the user's passphrase and backend alone", () => {
    const own = { PULUMI_CONFIG_PASSPHRASE: "" };
    const variables = pulumiVariables("/cli", { kind: "user", credentials: "/home/u/.pulumi" }, "aws", own);
    assert.equal(variables.PULUMI_CONFIG_PASSPHRASE_FILE, undefined);
    assert.equal(variables.PULUMI_BACKEND_URL, undefined);
    assert.equal(variables.PULUMI_CREDENTIALS_PATH, "/home/u/.pulumi");
    assert.equal(variables.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION, undefined);
  });
});

describe("cloudInText", () => {
  it("finds the cloud of a config file", () => {
    assert.equal(cloudInText("config:\n  foobar:domain: x\n  foobar:cloud: onebox\n"), "onebox");
    assert.equal(cloudInText('config:\n  "foobar:cloud": "aws"\n'), "aws");
  });

  it("takes no comment for it", () => {
    assert.equal(cloudInText("config:\n  # foobar:cloud: aws\n"), undefined);
  });
});

describe("siteInText", () => {
  it("finds the website of a config file, however it is written", () => {
    assert.equal(siteInText("config:\n  foobar:site: {directory: ../ours}\n"), "../ours");
    assert.equal(siteInText('config:\n  "foobar:site":\n    directory: "a b" # ours\n'), "a b");
  });

  it("is the default's where there is none, or nothing readable", () => {
    for (const text of [
      "",
      "config:\n  foobar:cloud: onebox\n",
      "config: [\n",
      "config:\n  foobar:site: 3\n",
    ])
      assert.equal(siteInText(text), "site");
  });
});

describe("withoutSalt", () => {
  const config = "config:\n  foobar:cloud: onebox\n";

  it("takes out what one clone's passphrase was salted with, wherever it stands", () => {
    assert.equal(withoutSalt(`${config}encryptionsalt: v1:abc=:v1:d:e==\n`), config);
    assert.equal(withoutSalt(`encryptionsalt: v1:abc=:v1:d:e==\n${config}`), config);
    assert.equal(withoutSalt("encryptionsalt: v1:abc="), "");
    assert.equal(withoutSalt(config), config);
  });

  it("leaves it beside values that only it can open", () => {
    const block = `encryptionsalt: v1:abc=\n${config}  foobar:x:\n    secure: v1:f:g\n`;
    const flow = `encryptionsalt: v1:abc=\n${config}  foobar:x: {secure: v1:f:g}\n`;
    for (const text of [block, flow]) assert.equal(withoutSalt(text), text);
  });
});
