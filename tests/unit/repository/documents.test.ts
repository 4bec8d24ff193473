/** Every link of every page leads somewhere, and every command that a page names is there. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { z } from "zod";
import {
  anchorsOf,
  hasLines,
  linksOf,
  npmScriptsOf,
  pulumiCommandsOf,
  quotesOf,
} from "../../support/markdown.ts";
import { root } from "../../support/mockedStack.ts";

const pages = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
  cwd: root,
  encoding: "utf8",
})
  .trim()
  .split("\n")
  .filter((page) => existsSync(join(root, page)));

const textOf = (page: string) => readFileSync(join(root, page), "utf8");

const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(textOf("package.json")));

/** Subcommands of Pulumi that the pages may name. */
const pulumiCommands = [
  ...["about", "cancel", "config", "destroy", "import", "login", "logout", "logs", "new", "plugin"],
  ...["policy", "preview", "refresh", "stack", "state", "up", "version", "whoami"],
];

describe("documents", () => {
  it("are there", () => {
    for (const page of ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"])
      assert.ok(pages.includes(page));
  });

  it("are all in the index of docs/", () => {
    const named = new Set(linksOf(textOf("docs/README.md")).map((link) => normalize(join("docs", link))));
    const missing = pages.filter((page) => /^docs\/(?!README)/.test(page) && !named.has(page));
    assert.deepEqual(missing, []);
  });

  for (const page of pages) {
    it(`${page} links to what is there`, () => {
      const broken = linksOf(textOf(page)).filter((link) => {
        if (/^(?:https?|mailto):/.test(link)) return false;
        const [path = "", anchor] = link.split("#");
        const target = path === "" ? page : normalize(join(dirname(page), decodeURIComponent(path)));
        if (target.startsWith("..") || !existsSync(join(root, target))) return true;
        return anchor !== undefined && target.endsWith(".md") && !anchorsOf(textOf(target)).has(anchor);
      });
      assert.deepEqual(broken, []);
    });

    it(`${page} names commands that are there`, () => {
      const text = textOf(page);
      const missing = [
        ...npmScriptsOf(text).filter((name) => !(name in scripts)),
        ...pulumiCommandsOf(text)
          .filter((name) => !pulumiCommands.includes(name))
          .map((name) => `pulumi ${name}`),
      ];
      assert.deepEqual(missing, []);
    });

    it(`${page} quotes code as it is`, () => {
      for (const { file, code } of quotesOf(textOf(page))) {
        assert.ok(file !== null, `no file is named for:\n${code}`);
        assert.ok(hasLines(textOf(file), code), `${file} has no such lines:\n${code}`);
      }
    });
  }
});

describe("links and commands of a page", () => {
  const page = [
    "# One *two* `three`: four",
    "## Same",
    "## Same",
    "[a](b.md#c) ![d](e.svg) [f]: g",
    "`npm run up`, `npm run -s env` and `pulumi -C . preview`; eval with `pulumi up -s dev`.",
    "```",
    "npm run test:aws -- --x",
    "[no](link)",
    "```",
    "[named]: other.md",
  ].join("\n");

  it("are found with the files that they quote", () => {
    const quoting = "<!-- quoted from a/b.ts -->\n\n```ts\none();\n```\n\n```ts\ntwo();\n```\n";
    assert.deepEqual(quotesOf(quoting), [
      { file: "a/b.ts", code: "one();\n" },
      { file: null, code: "two();\n" },
    ]);
    assert.ok(hasLines("a();\n  one();\n\n    two();\n", "one();\n  two();\n"));
    assert.ok(!hasLines("one();\nbetween();\ntwo();\n", "one();\ntwo();\n"));
    assert.ok(!hasLines("gone();\n", "one();\n"));
  });

  it("are found, but for links in code", () => {
    assert.deepEqual(linksOf(page), ["b.md#c", "e.svg", "other.md"]);
    assert.deepEqual([...anchorsOf(page)], ["one-two-three-four", "same", "same-1"]);
    assert.deepEqual(npmScriptsOf(page), ["up", "env", "test:aws"]);
    assert.deepEqual(pulumiCommandsOf(page), ["preview", "up"]);
  });
});
