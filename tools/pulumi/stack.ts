import { randomBytes } from "node:crypto";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exists, writeWhole } from "../files.ts";
import { passphraseFile, projectRoot, stateFolder } from "../paths.ts";
import { runOrFail } from "../run.ts";
import { chooseBackend } from "./environment.ts";
import { stackFile } from "./stackFile.ts";

/** Name of the Pulumi project. */
export const projectName = "foobar";

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
    if (await exists(config)) await copyFile(config, join(folder, `Pulumi.${stack}.yaml`));
    await runOrFail(`stack ${stack}`, ["pulumi", "-C", folder, "stack", "init", stack, "--no-select"], {
      env,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Makes the stack when the backend has none of that name.
 * @param env environment of `pulumiEnvironment`
 */
export async function ensureStack(stack: string, env: NodeJS.ProcessEnv): Promise<void> {
  if ((await chooseBackend(env)).kind === "project") {
    const place = join(stateFolder, ".pulumi", "stacks", projectName, `${stack}.json`);
    if (!(await exists(place))) await initialise(stack, env);
    return;
  }
  await runOrFail(`stack ${stack}`, ["pulumi", "stack", "select", stack, "--create"], {
    env,
    cwd: projectRoot,
  });
}
