import { rm } from "node:fs/promises";
import { relative } from "node:path";
import { backupsOnDisk, keepAllBackups } from "../provider/databaseBackups.ts";
import { type Command, serve } from "./command.ts";
import { exists } from "./files.ts";
import { caCertificateFile, projectRoot } from "./paths.ts";
import { operate } from "./pulumi/operate.ts";
import { cloudOf, domainOf } from "./pulumi/stackFile.ts";
import { leftBehind } from "./pulumi/summary.ts";

const command: Command = {
  name: "down",
  summary: "Destroys everything of the stack, its data too; the empty stack and its config stay.",
  flags: { "keep-backups": "onebox: put the database's backups into .onebox/backups first" },
  main: async ({ stack, flags }) => {
    if ((await cloudOf(stack)) === "onebox") tellOfBackups(stack, flags.has("keep-backups"));
    const { code } = await operate("destroy", stack);
    if (code !== 0) return code;
    const caFile = caCertificateFile(stack);
    if (await exists(caFile)) process.stdout.write(`\n${leftBehind(await domainOf(stack))}`);
    await rm(caFile, { force: true });
    return 0;
  },
};

/** Says what becomes of the backups, before anything goes. */
function tellOfBackups(stack: string, keep: boolean): void {
  const directory = `.onebox/stacks/${stack}`;
  const count = backupsOnDisk(directory);
  if (count === 0) return;
  const said = keep
    ? `are kept in ${relative(projectRoot, keepAllBackups(directory))}; \`npm run backups\` lists them when the stack is up again`
    : "go with the stack; `npm run down -- --keep-backups` keeps them";
  process.stderr.write(`Backups of the database: ${count}, which ${said}\n`);
}

await serve(command);
