/** A preview that changes nothing, beside that of a program that has nothing. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../tools/paths.ts";
import { pulumiVariables } from "../../tools/pulumi/environment.ts";
import { run } from "../../tools/run.ts";
import { findCli } from "../../tools/setup/cli.ts";
import type { TestStack } from "../onebox/support/stack.ts";
import { median, type Section } from "./figures.ts";

/** Each is measured so often; the middle one counts. */
const rounds = 3;

const files = {
  "Pulumi.yaml": "name: empty\nruntime: {name: nodejs, options: {typescript: false}}\nmain: ./index.ts\n",
  "package.json": '{"name":"empty","type":"module"}\n',
  "index.ts": "export const nothing = true;\n",
};

async function seconds(work: () => Promise<{ readonly code: number; readonly stderr: string }>) {
  const started = performance.now();
  const { code, stderr } = await work();
  if (code !== 0) throw new Error(`a preview failed: ${stderr}`);
  return (performance.now() - started) / 1000;
}

/** An empty program in a folder of its own, on the same CLI. Returns how to preview it and how to remove it. */
async function emptyProgram() {
  const folder = mkdtempSync(join(tmpdir(), "foobar-empty-"));
  mkdirSync(join(folder, "state"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  symlinkSync(join(projectRoot, "node_modules"), join(folder, "node_modules"));
  const variables = pulumiVariables(await findCli(), { kind: "project" }, "onebox", process.env);
  const env = {
    ...process.env,
    ...variables,
    PULUMI_BACKEND_URL: `file://${folder}/state`,
    PULUMI_CONFIG_PASSPHRASE: "a passphrase of a bench",
  };
  const pulumi = (...words: readonly string[]) =>
    run(["pulumi", "-C", folder, ...words, "--stack", "empty", "--non-interactive"], { env });
  await run(["pulumi", "-C", folder, "stack", "init", "empty", "--non-interactive"], { env });
  await pulumi("up", "--yes", "--skip-preview");
  return {
    preview: () => pulumi("preview"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Measures both in turn. */
export async function measurePreview(stack: TestStack): Promise<Section> {
  const empty = await emptyProgram();
  const plain: number[] = [];
  const unrefreshed: number[] = [];
  const ofEmpty: number[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      ofEmpty.push(await seconds(empty.preview));
      unrefreshed.push(await seconds(() => stack.pulumi("preview", "--refresh=false")));
      plain.push(await seconds(() => stack.pulumi("preview")));
    }
  } finally {
    empty.remove();
  }
  const target = { is: "at most", value: 2 } as const;
  return {
    title: "A preview that changes nothing",
    figures: [
      { name: "pulumi preview, against the state", value: median(unrefreshed), unit: "s", target },
      { name: "pulumi preview, every part looked at (the default)", value: median(plain), unit: "s" },
      { name: "pulumi preview of an empty program", value: median(ofEmpty), unit: "s" },
    ],
  };
}
