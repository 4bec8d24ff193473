import { createInterface } from "node:readline/promises";
import { chooseBackup, listBackups, restoreBackup } from "../provider/databaseBackups.ts";
import { type Command, serve } from "./command.ts";
import { databaseOf, orProblem } from "./database.ts";
import { Problem } from "./problem.ts";
import { Progress } from "./progress.ts";
import { chooseBackend } from "./pulumi/environment.ts";
import { withLock } from "./pulumi/locks.ts";

/** Asks on the terminal. @throws Problem without one */
async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Problem(`${question} Say so with --yes.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`${question} [yes/no] `)).trim() === "yes";
  } finally {
    terminal.close();
  }
}

const command: Command = {
  name: "restore",
  summary: "Puts a backup of the stack's database back; what is there is kept aside. onebox only.",
  options: { backup: "the backup, NODE/NAME of `npm run backups`" },
  flags: { yes: "do not ask" },
  main: async ({ stack, values, flags }) => {
    const wanted = values.backup;
    if (wanted === undefined)
      throw new Problem("npm run restore: name one with --backup; `npm run backups` lists them");
    const cluster = await databaseOf(stack);
    const backup = await orProblem(() => chooseBackup(listBackups(cluster), wanted));
    const question = `The database of stack ${stack} becomes what it was at ${backup.name}; what was written since is only kept aside.`;
    if (!flags.has("yes") && !(await confirm(question))) return 1;
    const progress = new Progress("Restore");
    const work = () => orProblem(() => restoreBackup(cluster, backup, (line) => progress.begin(line)));
    const locks = (await chooseBackend(process.env)).kind === "project";
    const { aside } = await (locks ? withLock(stack, work) : work());
    progress.done(`the database is that of ${backup.node}/${backup.name}, every node synced`);
    if (aside.length > 0)
      process.stdout.write(
        `What was there before, to be removed when it is not missed:\n${aside.join("\n")}\n`,
      );
    return 0;
  },
};

await serve(command);
