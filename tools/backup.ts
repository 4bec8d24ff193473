import { makeBackup } from "../provider/databaseBackups.ts";
import { type Command, serve } from "./command.ts";
import { databaseOf, orProblem, restoreLine, sizeText } from "./database.ts";
import { Progress } from "./progress.ts";

const command: Command = {
  name: "backup",
  summary: "Makes a backup of the stack's database now; onebox only.",
  main: async ({ stack }) => {
    const cluster = await databaseOf(stack);
    const progress = new Progress("Backup");
    const backup = await orProblem(() => makeBackup(cluster, (line) => progress.update(line)));
    progress.done(`${backup.node}/${backup.name}, ${sizeText(backup.size)}, proved by preparing it`);
    process.stdout.write(`${backup.path}\n${restoreLine(stack, backup)}\n`);
    return 0;
  },
};

await serve(command);
