import { attach } from "../run.ts";
import { setUp } from "../setup/setUp.ts";
import { requireRightPassphrase } from "./deployment.ts";
import { chooseBackend } from "./environment.ts";
import { recover } from "./interrupted.ts";
import { pulumiCommand } from "./pulumiCommand.ts";
import { cloudOf, workingCopyOfStackFile } from "./stackFile.ts";

/** How an operation ended. */
export interface Operated {
  /** Exit code of Pulumi. */
  readonly code: number;
  /** Environment in which it ran. */
  readonly env: NodeJS.ProcessEnv;
}

/** Flags of each operation: nothing is asked, since the command that was typed is the answer. */
const flagsOf = {
  up: ["--yes", "--skip-preview", "--suppress-outputs", "--suppress-permalink=true"],
  preview: ["--diff", "--suppress-permalink=true"],
  refresh: ["--yes", "--skip-preview", "--suppress-permalink=true"],
  destroy: ["--yes", "--skip-preview", "--suppress-outputs", "--suppress-permalink=true"],
} as const;

/** What others reach and pay for is judged before it is made. */
const policyPack = ["--policy-pack", "policy"];

/**
 * Flags and variables of a `down` on this machine. Everything goes with the sandbox, and removing what is gone already is
 * no fault: it need not look at what there is, and when interrupted it begins anew, so that it needs no state written
 * after each of its steps, which was two thirds of its time.
 */
export const briefly = (operation: keyof typeof flagsOf, cloud: string | undefined) =>
  operation === "destroy" && cloud === "onebox"
    ? { flags: ["--refresh=false"], variables: { PULUMI_SKIP_CHECKPOINTS: "true" } }
    : { flags: [], variables: {} };

/**
 * Sets up, clears up behind an interrupted run, and lets Pulumi do an operation on the caller's terminal.
 * @param more further flags
 */
export async function operate(
  operation: keyof typeof flagsOf,
  stack: string,
  more: readonly string[] = [],
): Promise<Operated> {
  // What is destroyed or looked at is in the state; the program does not run.
  const stateWillDo = operation === "destroy" || operation === "refresh";
  const { env } = await setUp({ stack, stateWillDo });
  const configFile = await workingCopyOfStackFile(stack);
  // A preview changes nothing, the state of an interrupted run neither.
  const recovers = operation !== "preview" && (await chooseBackend(process.env)).kind === "project";
  if (recovers) await recover(stack, env, configFile);
  const cloud = await cloudOf(stack);
  const judged = (operation === "up" || operation === "preview") && cloud === "aws";
  const brief = briefly(operation, cloud);
  const flags = [...flagsOf[operation], ...brief.flags, ...(judged ? policyPack : []), ...more];
  const command = pulumiCommand(operation, stack, configFile, flags);
  const code = await attach(command, { env: { ...env, ...brief.variables } });
  if (code !== 0) await requireRightPassphrase(stack, env);
  return { code, env };
}
