import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";

const root = resolve(import.meta.dirname, "../../..");
const restricted = "lint/style/noRestrictedImports";

/** One small file, and the finding that its only fault must bring; null: it has no fault. */
interface Case {
  readonly file: string;
  readonly source: string;
  readonly rule: string | null;
}

const importing = (file: string, from: string, rule: string | null = restricted): Case => ({
  file,
  source: `import { thing } from "${from}";\nexport const copy = thing;\n`,
  rule,
});

const cases: readonly Case[] = [
  importing("config/pulumi.ts", "@pulumi/pulumi"),
  importing("config/contract.ts", "../components/flows.ts"),
  importing("config/disk.ts", "node:fs"),
  importing("config/load.ts", "@pulumi/pulumi", null),
  importing("components/server.ts", "@pulumi/aws"),
  importing("components/network.ts", "@pulumi/aws/ec2"),
  importing("components/stack.ts", "./aws/cloud.ts"),
  importing("components/members.ts", "../provider/sdk/host.ts"),
  importing("components/site.ts", "node:child_process"),
  importing("components/aws/network.ts", "@pulumi/aws", null),
  importing("components/aws/server.ts", "../onebox/server.ts"),
  importing("components/aws/firewall.ts", "../../provider/sdk/ruleSet.ts"),
  importing("components/onebox/network.ts", "../../provider/sdk/bridge.ts", null),
  importing("components/onebox/server.ts", "../../provider/system.ts"),
  importing("components/onebox/firewall.ts", "@pulumi/aws"),
  importing("components/onebox/dashboard.ts", "../aws/dashboard.ts"),
  importing("index.ts", "./components/aws/cloud.ts"),
  importing("hosts/nginx.ts", "@pulumi/pulumi"),
  importing("hosts/haproxy.ts", "node:fs"),
  importing("hosts/keepalived.ts", "../components/server.ts"),
  importing("hosts/nftables.ts", "../components/flows.ts", null),
  importing("provider/turns.ts", "node:child_process"),
  importing("provider/system.ts", "node:child_process", null),
  importing("provider/kind.ts", "../components/flows.ts"),
  importing("provider/handles.ts", "../config/schema.ts"),
  importing("provider/envelopes.ts", "../config/findings.ts", null),
  importing("tools/setup.ts", "node:child_process"),
  importing("tools/run.ts", "node:child_process", null),
  importing("tests/unit/free.ts", "@pulumi/aws", null),
  {
    file: "components/dynamic.ts",
    source: 'export const cloud = await import("./onebox/cloud.ts");\n',
    rule: restricted,
  },
  {
    file: "components/clouds.ts",
    source: 'export const cloud = await import("./onebox/cloud.ts");\n',
    rule: null,
  },
  {
    file: "components/typeOnly.ts",
    source: 'export type { Vpc } from "@pulumi/aws/ec2";\n',
    rule: restricted,
  },
  {
    file: "components/loud.ts",
    source: 'console.log("heard");\n',
    rule: "lint/suspicious/noConsole",
  },
  {
    file: "tests/assertion.ts",
    source: 'export const count = JSON.parse("1") as number;\n',
    rule: "plugin",
  },
  ...["tools/parse.ts", "provider/kinds/parse.ts", "components/onebox/parse.ts", "config/parsed.ts"].map(
    (file): Case => ({ file, source: 'export const value: unknown = JSON.parse("1");\n', rule: "plugin" }),
  ),
  {
    file: "config/json.ts",
    source: 'export const value: unknown = JSON.parse("1");\n',
    rule: null,
  },
  {
    file: "tools/literal.ts",
    source: "export const roles = [\n  { name: 'web' },\n] as const;\nexport { roles as tiers };\n",
    rule: null,
  },
  {
    file: "tools/any.ts",
    source: "export const value: any = 1;\n",
    rule: "lint/suspicious/noExplicitAny",
  },
  {
    file: "tools/nonNull.ts",
    source: "export const first = (list: string[]) => list[0]!;\n",
    rule: "lint/style/noNonNullAssertion",
  },
];

const report = z.object({
  diagnostics: z.array(
    z.object({ category: z.string(), severity: z.string(), location: z.object({ path: z.string() }) }),
  ),
});

/** Lints all the small files in one run of the project's own linter settings: file → rules that found fault. */
function findingsByFile(): ReadonlyMap<string, readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "lint-rules-"));
  try {
    cpSync(join(root, "biome.json"), join(folder, "biome.json"));
    cpSync(join(root, "lint"), join(folder, "lint"), { recursive: true });
    for (const { file, source } of cases) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), source);
    }
    const { stdout } = spawnSync(
      join(root, "node_modules/.bin/biome"),
      [
        "lint",
        "--vcs-enabled=false",
        "--reporter=json",
        "--diagnostic-level=error",
        "--max-diagnostics=none",
      ],
      { cwd: folder, encoding: "utf8" },
    );
    const found = report.parse(JSON.parse(stdout)).diagnostics;
    return new Map(
      cases.map(({ file }) => [
        file,
        found.filter(({ location }) => location.path === file).map(({ category }) => category),
      ]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("lint rules", () => {
  let found: ReadonlyMap<string, readonly string[]> = new Map();
  before(() => {
    found = findingsByFile();
  });

  for (const { file, source, rule } of cases) {
    it(`${rule === null ? "lets" : `${rule} refuses`} ${file}: ${source.split("\n", 1)[0]}`, () => {
      assert.deepEqual(found.get(file), rule === null ? [] : [rule]);
    });
  }
});
