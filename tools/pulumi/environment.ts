import { homedir, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { z } from "zod";
import { requireJson } from "../../config/json.ts";
import { textOf } from "../files.ts";
import { compileCache, nodeFolder, passphraseFile, pulumiHome, stateBackend, stateFolder } from "../paths.ts";
import { cloudOf } from "./stackFile.ts";
import { readState, requirePassphrase } from "./stateFile.ts";
import { userFolders } from "./userPath.ts";

/** Where Pulumi keeps the state of the stacks. */
export type Backend =
  /** The project's own file backend in `.onebox/state`. */
  | { readonly kind: "project" }
  /** What the user has chosen; `credentials` is the folder of their log-in where it is not the default. */
  | { readonly kind: "user"; readonly credentials?: string };

const credentialsSchema = z.object({ current: z.string().optional() });

const logInAgain =
  "log in again with `pulumi login`, or remove the file, and the project keeps the state itself";

/**
 * Chooses the backend: the user's own where they are logged in, the project's otherwise.
 * @param env environment of the user
 * @param home home folder of the user
 */
export async function chooseBackend(env: NodeJS.ProcessEnv, home: string = homedir()): Promise<Backend> {
  if (env.PULUMI_BACKEND_URL) {
    const [place] = env.PULUMI_BACKEND_URL.split("?");
    return place === `file://${stateFolder}` ? { kind: "project" } : { kind: "user" };
  }
  if (env.PULUMI_ACCESS_TOKEN) return { kind: "user" };
  const folder = env.PULUMI_CREDENTIALS_PATH ?? join(home, ".pulumi");
  const text = await textOf(join(folder, "credentials.json"));
  if (text === undefined) return { kind: "project" };
  const { current = "" } = requireJson(text, credentialsSchema, join(folder, "credentials.json"), logInAgain);
  return current === "" ? { kind: "project" } : { kind: "user", credentials: folder };
}

/** Name of who runs this; the number where the machine has no name for it. */
function userOf(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? ""}`;
  }
}

/**
 * The variables that make plain `pulumi` work on this project, without the caller's own.
 * @param cli folder with the Pulumi CLI
 * @param backend where the state is
 * @param cloud cloud of the stack
 * @param env environment of the user; what they have set of passphrases stays theirs
 */
export function pulumiVariables(
  cli: string,
  backend: Backend,
  cloud: string | undefined,
  env: NodeJS.ProcessEnv,
): Readonly<Record<string, string>> {
  const first = [cli, nodeFolder];
  const rest = userFolders(env.PATH ?? "").filter((folder) => !first.includes(folder));
  const hasPassphrase =
    Boolean(env.PULUMI_CONFIG_PASSPHRASE_FILE) || env.PULUMI_CONFIG_PASSPHRASE !== undefined;
  return {
    PATH: [...first, ...rest].join(delimiter),
    PULUMI_HOME: pulumiHome,
    // The program and each plugin are Node processes of their own that load the same SDK.
    NODE_COMPILE_CACHE: env.NODE_COMPILE_CACHE ?? compileCache,
    // Written for another Node; empty rather than unset, since `npm run env` can only set.
    ...(env.NODE_OPTIONS ? { NODE_OPTIONS: "" } : {}),
    ...(env.NODE_PATH ? { NODE_PATH: "" } : {}),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Most operations wait for processes to become healthy: more of them at once than the default 4 a core.
    PULUMI_PARALLEL: env.PULUMI_PARALLEL ?? "32",
    // The engine notes who did what, and asks nothing but this where the user has no entry of the machine's.
    ...(env.USER ? {} : { USER: userOf() }),
    // The salt of the passphrase is kept in the state, so that a stack needs none in its committed file.
    PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    ...(backend.kind === "project" ? { PULUMI_BACKEND_URL: stateBackend } : {}),
    ...(backend.kind === "user" && backend.credentials !== undefined
      ? { PULUMI_CREDENTIALS_PATH: backend.credentials }
      : {}),
    ...(hasPassphrase ? {} : { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile }),
    // The engine would fetch the plugin of every SDK in package.json, aws (700 MB) too, before each onebox run.
    ...(cloud !== "aws" ? { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" } : {}),
  };
}

/**
 * The whole environment in which the CLI works on a stack.
 * @param cli folder with the Pulumi CLI
 * @param stack name of the stack
 * @throws Problem when its state or the passphrase is damaged: Pulumi would print them
 */
export async function pulumiEnvironment(cli: string, stack: string): Promise<NodeJS.ProcessEnv> {
  const backend = await chooseBackend(process.env);
  const variables = pulumiVariables(cli, backend, await cloudOf(stack), process.env);
  const state = backend.kind === "project" ? await readState(stack) : undefined;
  if (variables.PULUMI_CONFIG_PASSPHRASE_FILE === passphraseFile) await requirePassphrase(state);
  return { ...process.env, ...variables };
}
