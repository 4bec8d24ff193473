import { attach } from "../run.ts";
import { setUp } from "../setup/setUp.ts";
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
 * Variables of an operation of its own. On this machine everything goes with the sandbox, and removing what is gone
 * already is no fault: a `down` that is interrupted begins anew, and needs no state written after each of its steps,
 * which is two thirds of its time.
 */
export const variablesOf = (
  operation: keyof typeof flagsOf,
  cloud: string | undefined,
): Readonly<Record<string, string>> =>
  operation === "destroy" && cloud === "onebox" ? { PULUMI_SKIP_CHECKPOINTS: "true" } : {};

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
  const flags = [...flagsOf[operation], ...(judged ? policyPack : []), ...more];
  const command = pulumiCommand(operation, stack, configFile, flags);
  return { code: await attach(command, { env: { ...env, ...variablesOf(operation, cloud) } }), env };
}
