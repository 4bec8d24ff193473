import { type Command, serve } from "./command.ts";
import { readLockFile } from "./userland/lock.ts";
import { release } from "./userland/lockText.ts";
import { ensureUserland } from "./userland/tree.ts";
import { updateLocks } from "./userland/update.ts";

const command: Command = {
  name: "userland",
  summary: "Makes the root of the hosts from Debian's packages, and says how old it is.",
  stack: null,
  flags: { update: "first take what Debian has now: writes the lock files, which are committed" },
  main: async ({ flags }) => {
    if (flags.has("update")) await updateLocks();
    const tree = await ensureUserland();
    const { lock } = await readLockFile();
    process.stdout.write(`Debian ${release} of ${lock.made.toISOString().slice(0, 10)}: ${tree}\n`);
    return 0;
  },
};

await serve(command);
