/** The state of a stack in the project's own backend, and the passphrase of its secrets: files that may be damaged. */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { z } from "zod";
import { damageOf, jsonOf } from "../../config/json.ts";
import { textOf } from "../files.ts";
import { passphraseFile, projectRoot, stateFolder } from "../paths.ts";
import { Problem } from "../problem.ts";

/** Name of the Pulumi project. */
export const projectName = "foobar";

const deployment = z.looseObject({
  secrets_providers: z.looseObject({ type: z.string() }).nullish(),
  resources: z.array(z.looseObject({ urn: z.string() })).nullish(),
  pending_operations: z.array(z.unknown()).nullish(),
});

const stateSchema = z.object({
  version: z.number(),
  checkpoint: z.object({ latest: deployment.nullish() }),
});

/** What the project's backend keeps of a stack. */
export type State = z.output<typeof stateSchema>;

/** Where the project's backend keeps a stack. */
export const stateFileOf = (stack: string, folder = stateFolder): string =>
  join(folder, ".pulumi", "stacks", projectName, `${stack}.json`);

/** What may be a copy of a state: the one of the step before, and those of the ends of earlier operations. */
async function copiesOf(stack: string, folder: string): Promise<readonly string[]> {
  const history = join(folder, ".pulumi", "history", projectName, stack);
  const names = await readdir(history).catch(() => []);
  return [
    `${stateFileOf(stack, folder)}.bak`,
    ...names.filter((name) => name.endsWith(".checkpoint.json")).map((name) => join(history, name)),
  ];
}

/** The youngest whole copy of a state; undefined when there is none. */
async function lastGoodCopy(stack: string, folder: string): Promise<{ path: string; at: Date } | undefined> {
  const found = await Promise.all(
    (await copiesOf(stack, folder)).map(async (path) => {
      const at = await stat(path).then(
        ({ mtime }) => mtime,
        () => undefined,
      );
      return at === undefined ? [] : [{ path, at }];
    }),
  );
  for (const copy of found.flat().sort((one, other) => Number(other.at) - Number(one.at)))
    if (jsonOf(await textOf(copy.path), stateSchema) !== undefined) return copy;
  return undefined;
}

const shown = (path: string): string => relative(projectRoot, path);

/**
 * The state of a stack in the project's backend; undefined when there is none.
 * @param folder root of the backend; default: the project's
 * @throws Problem with the way back when it is damaged
 */
export async function readState(stack: string, folder = stateFolder): Promise<State | undefined> {
  const path = stateFileOf(stack, folder);
  const text = await textOf(path);
  const state = jsonOf(text, stateSchema);
  if (text === undefined || state !== undefined) return state;
  const what = `${shown(path)}, the state of stack ${stack}, ${damageOf(text)}`;
  const good = await lastGoodCopy(stack, folder);
  if (good !== undefined)
    throw new Problem(
      `${what}; its last good copy is of ${good.at.toISOString().slice(0, 19)}Z: put it in place with \`cp ${shown(good.path)} ${shown(path)}\`, then run \`npm run up\``,
    );
  const history = join(dirname(dirname(dirname(path))), "history", projectName, stack);
  throw new Problem(
    `${what}, and neither ${basename(path)}.bak nor ${shown(history)} holds a good copy: put one of your own in place, or let \`npm run up\` write it anew over what runs, after \`mv ${shown(path)} ${shown(path)}.damaged\``,
  );
}

/**
 * Looks at the generated passphrase before it is used: an empty one would encrypt nothing, and a new one opens no old state.
 * @param state of the stack
 * @throws Problem when it is damaged, or missing where the state needs it
 */
export async function requirePassphrase(state: State | undefined, path = passphraseFile): Promise<void> {
  const text = await textOf(path);
  if (text === undefined && state?.checkpoint.latest?.secrets_providers?.type === "passphrase")
    throw new Problem(
      `${shown(path)} is missing, and the secrets of the state are encrypted with it: put your copy of it back; without one, \`mv ${shown(stateFolder)} ${shown(stateFolder)}.lost\` and run \`npm run up\`, which makes new keys and passwords`,
    );
  if (text?.trim() === "")
    throw new Problem(
      `${shown(path)}, the passphrase of the state's secrets, is empty: put your copy of it back, or remove it where there is no state yet (\`rm ${shown(path)}\`)`,
    );
}
