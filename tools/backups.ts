import { relative } from "node:path";
import { fullName, listBackups } from "../provider/databaseBackups.ts";
import { type Command, serve } from "./command.ts";
import { databaseOf, orProblem, sizeText } from "./database.ts";
import { projectRoot } from "./paths.ts";

const command: Command = {
  name: "backups",
  summary: "Lists the backups of the stack's database, the newest first; onebox only.",
  main: async ({ stack }) => {
    const cluster = await databaseOf(stack);
    const backups = await orProblem(() => listBackups(cluster));
    const lines = backups.map((backup) =>
      [
        fullName(backup),
        sizeText(backup.size).padStart(8),
        ...(backup.kept ? [`kept in ${relative(projectRoot, backup.path)}`] : []),
      ].join("  "),
    );
    process.stdout.write(
      `${lines.length > 0 ? lines.join("\n") : "no backups yet; `npm run backup` makes one"}\n`,
    );
    return 0;
  },
};

await serve(command);
