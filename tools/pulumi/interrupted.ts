import { Progress } from "../progress.ts";
import { runOrFail } from "../run.ts";
import { clearStaleLocks } from "./locks.ts";
import { pulumiCommand } from "./pulumiCommand.ts";
import { readState, type State } from "./stateFile.ts";

/** How many operations a state calls unfinished; 0 without a state. */
export const pendingOperations = (state: State | undefined): number =>
  state?.checkpoint.latest?.pending_operations?.length ?? 0;

/**
 * Clears up behind a run that was interrupted, in the project's own backend: its lock, and operations whose end
 * the state does not know. Providers adopt what such an operation has made already.
 * @param env environment of `pulumiEnvironment`
 * @param configFile the stack's config file for this run
 */
export async function recover(
  stack: string,
  env: NodeJS.ProcessEnv,
  configFile: string | undefined,
): Promise<void> {
  const progress = new Progress("Interrupted run");
  for (const pid of await clearStaleLocks(stack)) {
    progress.note(`process ${pid} is gone without releasing stack ${stack}: its lock was removed`);
  }
  const pending = pendingOperations(await readState(stack));
  if (pending === 0) return;
  progress.note(`${pending} operations were not finished: refreshing the state, then going on`);
  const flags = ["--yes", "--skip-preview", "--clear-pending-creates", "--non-interactive"];
  await runOrFail("refresh", pulumiCommand("refresh", stack, configFile, flags), { env });
}
