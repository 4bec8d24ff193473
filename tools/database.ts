import {
  inputs as clusterSchema,
  type GaleraClusterInputs,
  galeraCluster,
} from "../provider/kinds/galeraCluster.ts";
import { Problem } from "./problem.ts";
import { exportState, inputsOf } from "./pulumi/deployment.ts";
import { pulumiEnvironment } from "./pulumi/environment.ts";
import { cloudOf } from "./pulumi/stackFile.ts";
import { findCli } from "./setup/cli.ts";

/**
 * The database of a stack on this machine, as the stack's state describes it; its `accounts` are secret.
 * @param env environment in which `pulumi` works on the stack; default: the project's
 * @throws Problem when the stack is on another cloud or has no database yet
 */
export async function databaseOf(stack: string, env?: NodeJS.ProcessEnv): Promise<GaleraClusterInputs> {
  const cloud = await cloudOf(stack);
  if (cloud !== undefined && cloud !== "onebox")
    throw new Problem(
      `stack ${stack} is on ${cloud}, which makes its backups itself; this command is for stacks on this machine`,
    );
  const state = await exportState(stack, env ?? (await pulumiEnvironment(await findCli(), stack)));
  const inputs = clusterSchema.safeParse(inputsOf(state, galeraCluster.type));
  if (!inputs.success) throw new Problem(`stack ${stack} has no database yet; run \`npm run up\` first`);
  return inputs.data;
}

/** Does work of the provider; what it throws becomes one message for the user. */
export async function orProblem<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(error instanceof Error ? error.message : String(error));
  }
}

/** Bytes as MB or GB. */
export function sizeText(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** What is typed to restore a backup of a stack. */
export function restoreLine(stack: string, backup: { readonly node: string; readonly name: string }): string {
  const other = stack === "dev" ? "" : ` --stack ${stack}`;
  return `npm run restore -- --backup ${backup.node}/${backup.name}${other}`;
}
