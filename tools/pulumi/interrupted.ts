import { join } from "node:path";
import { z } from "zod";
import { textOf } from "../files.ts";
import { stateFolder } from "../paths.ts";
import { Progress } from "../progress.ts";
import { runOrFail } from "../run.ts";
import { clearStaleLocks } from "./locks.ts";
import { pulumiCommand } from "./pulumiCommand.ts";
import { projectName } from "./stack.ts";

const checkpointSchema = z.object({
  checkpoint: z.object({
    latest: z.object({ pending_operations: z.array(z.unknown()).nullish() }).nullish(),
  }),
});

/** How many operations a checkpoint of the file backend calls unfinished; 0 without a checkpoint. */
export function pendingOperations(checkpoint: string | undefined): number {
  if (checkpoint === undefined) return 0;
  const parsed = checkpointSchema.safeParse(JSON.parse(checkpoint));
  return parsed.data?.checkpoint.latest?.pending_operations?.length ?? 0;
}

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
  const checkpoint = await textOf(join(stateFolder, ".pulumi", "stacks", projectName, `${stack}.json`));
  const pending = pendingOperations(checkpoint);
  if (pending === 0) return;
  progress.note(`${pending} operations were not finished: refreshing the state, then going on`);
  const flags = ["--yes", "--skip-preview", "--clear-pending-creates", "--non-interactive"];
  await runOrFail("refresh", pulumiCommand("refresh", stack, configFile, flags), { env });
}
