/** A passphrase that is not the one of a stack's secrets: Pulumi says that it is wrong, and not what to do about it. */
import { relative } from "node:path";
import { projectRoot, stateFolder } from "../paths.ts";
import { Problem } from "../problem.ts";
import { run } from "../run.ts";

function wrongPassphrase(stack: string, env: NodeJS.ProcessEnv): string {
  const file = env.PULUMI_CONFIG_PASSPHRASE_FILE ?? "";
  const given = env.PULUMI_CONFIG_PASSPHRASE !== undefined || file === "";
  const from = given ? "PULUMI_CONFIG_PASSPHRASE" : relative(projectRoot, file);
  const state = relative(projectRoot, stateFolder);
  return `${from} is not the passphrase of the secrets of stack ${stack}: put the one back that it was made with; where that is lost, \`mv ${state} ${state}.lost\` and run \`npm run up\`, which makes new keys and passwords`;
}

const isWrong = (stderr: string): boolean => /incorrect passphrase/.test(stderr);

/** Why a command of the CLI failed, by what it wrote to standard error. */
export function reasonOf(stderr: string, stack: string, env: NodeJS.ProcessEnv): string {
  return isWrong(stderr) ? wrongPassphrase(stack, env) : stderr.trim().replace(/^error: /, "");
}

/**
 * Looks, after a command of the CLI has failed, whether the passphrase was why.
 * @throws Problem when it was
 */
export async function requireRightPassphrase(stack: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { code, stderr } = await run(["pulumi", "-C", projectRoot, "stack", "output", "--stack", stack], {
    env,
  });
  if (code !== 0 && isWrong(stderr)) throw new Problem(wrongPassphrase(stack, env));
}
