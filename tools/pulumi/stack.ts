import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stackFileName } from "../../config/stackFile.ts";
import { exists, textOf, writeWhole } from "../files.ts";
import { dataFolder, passphraseFile, projectRoot, stateFolder } from "../paths.ts";
import { Problem } from "../problem.ts";
import { run, runOrFail } from "../run.ts";
import { wrongPassphrase } from "./deployment.ts";
import { chooseBackend } from "./environment.ts";
import { noStackFile, stackFile, stackNames, withoutSalt } from "./stackFile.ts";
import { projectName, stateFileOf } from "./stateFile.ts";

const foreignPassphrase = (stack: string): string =>
  `${stackFileName(stack)} holds encrypted values of another passphrase than this clone's: put that one into ${passphraseFile}, or set the values anew with \`pulumi config set --secret\``;

/** Makes the folder of the file backend and, when the user brings no passphrase, a random one. */
export async function prepareState(env: NodeJS.ProcessEnv): Promise<void> {
  // Closed with any backend, and again when something opened it: stacks keep sockets, logs and keys below.
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  await chmod(dataFolder, 0o700);
  if ((await chooseBackend(env)).kind === "project")
    await mkdir(stateFolder, { recursive: true, mode: 0o700 });
  if (env.PULUMI_CONFIG_PASSPHRASE_FILE === passphraseFile && !(await exists(passphraseFile))) {
    await writeWhole(passphraseFile, `${randomBytes(32).toString("base64url")}\n`, 0o600);
  }
}

/**
 * Makes a stack, from a folder of its own: `pulumi stack init` writes how secrets are encrypted beside the Pulumi.yaml
 * it works on; the state keeps it too, which is enough.
 * @throws Problem when the values that the stack file holds encrypted are not this passphrase's
 */
async function initialise(stack: string, env: NodeJS.ProcessEnv, provider?: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "foobar-stack-"));
  try {
    await writeFile(join(folder, "Pulumi.yaml"), `name: ${projectName}\nruntime: nodejs\n`);
    const config = await textOf(stackFile(stack));
    if (config !== undefined) await writeFile(join(folder, stackFileName(stack)), withoutSalt(config));
    const by = provider === undefined ? [] : ["--secrets-provider", provider];
    const argv = ["pulumi", "-C", folder, "stack", "init", stack, "--no-select", ...by];
    const { code, stderr } = await run(argv, { env });
    if (wrongPassphrase.test(stderr)) throw new Problem(foreignPassphrase(stack));
    if (code !== 0)
      throw new Problem(`stack ${stack} cannot be made: ${stderr.trim().replace(/^error: /, "")}`);
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

/** Whether a backend keeps files that several people and pipelines share. */
const isShared = (url: string | undefined): boolean => /^(?:s3|gs|azblob):/.test(url ?? "");

/**
 * Makes the stack when the backend has none of that name.
 * @param env environment of `pulumiEnvironment`
 * @param provider what encrypts the secrets of a new stack; default: the passphrase, or Pulumi Cloud
 * @throws Problem rather than encrypting what others share by a passphrase that this clone alone has
 */
export async function ensureStack(stack: string, env: NodeJS.ProcessEnv, provider?: string): Promise<void> {
  if ((await chooseBackend(env)).kind === "project") {
    if (!(await exists(stateFileOf(stack)))) await initialise(stack, env, provider);
    return;
  }
  const select = ["pulumi", "-C", projectRoot, "stack", "select", stack];
  const selected = await run(select, { env });
  if (selected.code === 0) return;
  if (!/no stack named/.test(selected.stderr)) {
    throw new Problem(`stack ${stack} cannot be found: ${selected.stderr.trim().replace(/^error: /, "")}`);
  }
  const url = env.PULUMI_BACKEND_URL;
  if (provider === undefined && isShared(url) && env.PULUMI_CONFIG_PASSPHRASE_FILE === passphraseFile) {
    throw new Problem(
      `there is no stack ${stack} in ${url} yet. Make it once, with a key that everybody who deploys it may use: npm run setup -- --stack ${stack} --secrets-provider 'awskms://alias/foobar-state-${stack}?region=eu-west-1'`,
    );
  }
  await initialise(stack, env, provider);
  await runOrFail(`stack ${stack}`, select, { env });
}
