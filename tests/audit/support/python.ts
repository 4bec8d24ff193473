/** The auditors that are Python programs: installed once, by the digests beside this file, into a folder of the cache. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../tools/run.ts";
import { root } from "../../support/mockedStack.ts";

const lists = join(import.meta.dirname, "../python");
const build = join(lists, "build.txt");
const tools = join(lists, "tools.txt");

async function must(argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(argv, { env: process.env });
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

/** `3.11`: what is built for one Python does not run on another. */
async function pythonVersion(): Promise<string> {
  const print = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])";
  const { code, stdout } = await run(["python3", "-c", print], { env: process.env });
  if (code !== 0)
    throw new Error(
      "audit: python3 with venv is missing: `apt install python3-venv`, or Python 3.10 or newer",
    );
  return stdout.trim();
}

/**
 * The folder with the auditors' programs.
 * @throws when there is no Python with `venv`, or a package does not have the digest of the list
 */
export async function auditors(): Promise<string> {
  const version = await pythonVersion();
  const digest = createHash("sha256").update(readFileSync(build)).update(readFileSync(tools)).digest("hex");
  const folder = join(root, ".cache/audit", `python-${version}-${digest.slice(0, 16)}`);
  const complete = join(folder, "complete");
  if (existsSync(complete)) return join(folder, "bin");
  rmSync(folder, { recursive: true, force: true });
  await must(["python3", "-m", "venv", folder]);
  const install = [
    join(folder, "bin/pip"),
    "install",
    "--quiet",
    "--no-input",
    "--disable-pip-version-check",
    "--require-hashes",
    "--only-binary=:all:",
  ];
  await must([...install, "-r", build]);
  // sslyze is published as source alone; without isolation it is built with what build.txt brought.
  await must([...install, "--no-binary=sslyze", "--no-build-isolation", "-r", tools]);
  writeFileSync(complete, "");
  return join(folder, "bin");
}
