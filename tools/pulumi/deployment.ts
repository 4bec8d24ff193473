import { relative } from "node:path";
import { z } from "zod";
import { jsonOf, requireJson } from "../../config/json.ts";
import { projectRoot, stateFolder } from "../paths.ts";
import { Problem } from "../problem.ts";
import { run } from "../run.ts";

/** The engine's mark on a value that is not plain, and the mark's value on a secret. */
const mark = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";

const secretSchema = z.looseObject({ [mark]: z.literal(secretMark), plaintext: z.string() });
const bagSchema = z.record(z.string(), z.unknown());

const deploymentSchema = z.object({
  deployment: z.object({
    resources: z.array(z.looseObject({ type: z.string(), inputs: bagSchema.optional() })).optional(),
  }),
});

/** What an exported state is called in messages, and what to do about one that cannot be read. */
export const exportedState = "what `pulumi stack export` prints";
export const exportedMend = "is the version of Pulumi the project's?";

/** A value of an exported state with its secrets, at any depth, in the clear. Pure. */
export function reveal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reveal);
  const secret = secretSchema.safeParse(value);
  if (secret.success) return reveal(jsonOf(secret.data.plaintext, z.unknown()));
  const bag = bagSchema.safeParse(value);
  if (!bag.success) return value;
  return Object.fromEntries(Object.entries(bag.data).map(([key, inner]) => [key, reveal(inner)]));
}

/**
 * Inputs, in the clear, of the first resource of a type in an exported state; undefined when there is none. Pure.
 * @param exported what `pulumi stack export --show-secrets` prints
 */
export function inputsOf(exported: string, type: string): unknown {
  const { deployment } = requireJson(exported, deploymentSchema, exportedState, exportedMend);
  const resource = (deployment.resources ?? []).find((one) => one.type === type);
  return resource === undefined ? undefined : reveal(resource.inputs ?? {});
}

const exportOf = (stack: string): readonly string[] => [
  "pulumi",
  "-C",
  projectRoot,
  "stack",
  "export",
  "--show-secrets",
  "--stack",
  stack,
];

/** How Pulumi says that a passphrase is not the one of the stack's secrets. */
export const wrongPassphrase = /incorrect passphrase/;

function otherPassphrase(stack: string, env: NodeJS.ProcessEnv): string {
  const file = env.PULUMI_CONFIG_PASSPHRASE_FILE ?? "";
  const given = env.PULUMI_CONFIG_PASSPHRASE !== undefined || file === "";
  const from = given ? "PULUMI_CONFIG_PASSPHRASE" : relative(projectRoot, file);
  const state = relative(projectRoot, stateFolder);
  return `${from} is not the passphrase of the secrets of stack ${stack}: put the one back that it was made with; where that is lost, \`mv ${state} ${state}.lost\` and run \`npm run up\`, which makes new keys and passwords`;
}

/**
 * Looks, after an operation has failed, whether the passphrase was why: Pulumi says so, and not what to do about it.
 * @throws Problem when it was
 */
export async function requireRightPassphrase(stack: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { code, stderr } = await run(exportOf(stack), { env });
  if (code !== 0 && wrongPassphrase.test(stderr)) throw new Problem(otherPassphrase(stack, env));
}

/**
 * The state of a stack, its secrets in the clear: never to be printed.
 * @param env environment of `pulumiEnvironment`
 * @throws Problem when there is no such stack
 */
export async function exportState(stack: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { code, stdout, stderr } = await run(exportOf(stack), { env });
  if (code === 0) return stdout;
  if (wrongPassphrase.test(stderr)) throw new Problem(otherPassphrase(stack, env));
  const why = stderr.trim().replace(/^error: /, "");
  throw new Problem(`the state of stack ${stack} cannot be read: ${why}. \`npm run up\` makes the stack`);
}
