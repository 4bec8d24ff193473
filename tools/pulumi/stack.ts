import { randomBytes } from "node:crypto";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stackFileName } from "../../config/stackFile.ts";
import { exists, writeWhole } from "../files.ts";
import { passphraseFile, projectRoot, stateFolder } from "../paths.ts";
import { Problem } from "../problem.ts";
import { runOrFail } from "../run.ts";
import { chooseBackend } from "./environment.ts";
import { noStackFile, stackFile, stackNames } from "./stackFile.ts";
import { projectName, stateFileOf } from "./stateFile.ts";

/** Makes the folder of the file backend and, when the user brings no passphrase, a random one. */
export async function prepareState(env: NodeJS.ProcessEnv): Promise<void> {
  if ((await chooseBackend(env)).kind === "project")
    await mkdir(stateFolder, { recursive: true, mode: 0o700 });
  if (env.PULUMI_CONFIG_PASSPHRASE_FILE === passphraseFile && !(await exists(passphraseFile))) {
    await writeWhole(passphraseFile, `${randomBytes(32).toString("base64url")}\n`, 0o600);
  }
}

/**
 * Makes a stack in the project's file backend, from a folder of its own: `pulumi stack init` writes the salt
 * of the passphrase beside the Pulumi.yaml it works on; the state keeps it too, which is enough.
 */
async function initialise(stack: string, env: NodeJS.ProcessEnv): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "foobar-stack-"));
  try {
    await writeFile(join(folder, "Pulumi.yaml"), `name: ${projectName}\nruntime: nodejs\n`);
    const config = stackFile(stack);
    if (await exists(config)) await copyFile(config, join(folder, stackFileName(stack)));
    await runOrFail(`stack ${stack}`, ["pulumi", "-C", folder, "stack", "init", stack, "--no-select"], {
      env,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Looks for the stack before anything is made.
 * @param stateWillDo whether a stack that was made once needs no config file any more
 * @throws Problem for a name that is no stack's
 */
export async function requireStack(stack: string, stateWillDo: boolean): Promise<void> {
  if (await exists(stackFile(stack))) return;
  if (stateWillDo && (await exists(stateFileOf(stack)))) return;
  throw new Problem(noStackFile(stack, await stackNames()));
}

/**
 * Makes the stack when the backend has none of that name.
 * @param env environment of `pulumiEnvironment`
 */
export async function ensureStack(stack: string, env: NodeJS.ProcessEnv): Promise<void> {
  if ((await chooseBackend(env)).kind === "project") {
    if (!(await exists(stateFileOf(stack)))) await initialise(stack, env);
    return;
  }
  await runOrFail(`stack ${stack}`, ["pulumi", "stack", "select", stack, "--create"], {
    env,
    cwd: projectRoot,
  });
}
