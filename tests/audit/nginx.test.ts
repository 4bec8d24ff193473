/** What gixy says of every nginx.conf that the stacks place. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { run } from "../../tools/run.ts";
import { ofType, programStack } from "../support/program.ts";
import { auditors } from "./support/python.ts";

/** What stays, by gixy's name: the reason. */
const explained: Readonly<Record<string, string>> = {
  hsts_header: "the site's balancer says HSTS, and the dashboards' host is localhost, which has none",
  ssl_ecdh_curve:
    "OpenSSL 3.5 is everywhere: in the userland, and in Debian 13, without which a server of AWS gives itself up",
  worker_rlimit_nofile_vs_connections: "the unit or the supervisor sets it: nginx need not",
  try_files_is_evil_too: "a question of speed, of a page that operators open a few times a day",
};

const findings = z.array(
  z.object({ plugin: z.string(), severity: z.string(), reason: z.string(), line: z.number().nullish() }),
);
const tree = z.object({ files: z.record(z.string(), z.object({ content: z.string() }).loose()) });
const cloudConfig = z.object({ write_files: z.array(z.object({ path: z.string(), content: z.string() })) });

const isConfiguration = (path: string) => path.endsWith("/nginx.conf");

/** Configurations of nginx in a stack on this machine: tree of files → text. */
async function onebox(changes: Readonly<Record<string, unknown>>): Promise<ReadonlyMap<string, string>> {
  const trees = ofType(await programStack("dev", changes), "onebox:index:FileTree");
  return new Map(
    trees.flatMap(({ name, inputs }) =>
      Object.entries(tree.parse(inputs).files)
        .filter(([path]) => isConfiguration(path))
        .map(([, { content }]) => [name, content] as const),
    ),
  );
}

/** The same on AWS: server → text. */
async function aws(changes: Readonly<Record<string, unknown>>): Promise<ReadonlyMap<string, string>> {
  const templates = ofType(await programStack("staging", changes), "ec2.LaunchTemplate");
  return new Map(
    templates.flatMap(({ name, inputs }) => {
      const text = gunzipSync(Buffer.from(z.string().parse(inputs.userData), "base64")).toString("utf8");
      return cloudConfig
        .parse(JSON.parse(text.slice(text.indexOf("\n"))))
        .write_files.filter(({ path }) => isConfiguration(path))
        .map(({ content }) => [name, content] as const);
    }),
  );
}

const stacks = {
  "dev, reencrypt": () => onebox({}),
  "dev, passthrough": () => onebox({ tls: { mode: "passthrough" } }),
  "staging, reencrypt": () => aws({}),
  "staging, passthrough": () =>
    aws({
      tls: { mode: "passthrough" },
      aws: {
        waf: { mode: "off" },
        certificate: { certificate: "BEGIN CERTIFICATE own", key: "BEGIN PRIVATE KEY own" },
      },
    }),
};

describe("the web servers' configurations", function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), "foobar-audit-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [stack, configurations] of Object.entries(stacks)) {
    it(`${stack}: gixy finds nothing that is not explained`, async () => {
      const gixy = join(await auditors(), "gixy");
      const all = await configurations();
      assert.ok(all.size >= 3, `${all.size} configurations`);
      for (const [name, text] of all) {
        const file = join(folder, `${name}.conf`);
        writeFileSync(file, text);
        const { stdout, stderr } = await run([gixy, "--format", "json", file], { env: process.env });
        assert.match(stdout, /^\[/, `gixy could not read ${name}: ${stderr}`);
        const open = findings
          .parse(JSON.parse(stdout))
          .filter(({ plugin }) => explained[plugin] === undefined);
        assert.deepEqual(open, [], name);
      }
    });
  }
});
