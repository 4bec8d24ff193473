import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { layoutUnder } from "../../hosts/layout.ts";
import { logStore } from "../../hosts/logs/store.ts";
import { dataFolder } from "../paths.ts";
import { Problem } from "../problem.ts";
import { cloudOf } from "../pulumi/stackFile.ts";

/** Name of a host → its files, the oldest first, the one being written last. */
export type CollectedLogs = ReadonlyMap<string, readonly string[]>;

const namesIn = (folder: string) => readdir(folder).catch((): string[] => []);

/**
 * The logs that a stack's monitor keeps, as files of this machine.
 * @throws Problem when the stack is on another cloud or keeps none
 */
export async function collectedLogs(stack: string): Promise<CollectedLogs> {
  const cloud = await cloudOf(stack);
  if (cloud !== undefined && cloud !== "onebox")
    throw new Problem(
      `stack ${stack} is on ${cloud}, which keeps its logs itself (docs/aws-operations.md); this command is for stacks on this machine`,
    );
  const hosts = join(dataFolder, "stacks", stack, "hosts");
  const stores = (await namesIn(hosts)).map((host) => logStore(layoutUnder(join(hosts, host), "")));
  const found = await Promise.all(
    stores.map(async (store) =>
      Promise.all(
        (await namesIn(store)).map(async (host): Promise<readonly [string, readonly string[]]> => {
          const files = (await namesIn(join(store, host))).filter((name) =>
            /^(@.*\.[su]|current)$/.test(name),
          );
          return [host, files.sort().map((name) => join(store, host, name))];
        }),
      ),
    ),
  );
  const logs = new Map(found.flat());
  if (logs.size === 0) throw new Problem(`stack ${stack} keeps no logs here; run \`npm run up\` first`);
  return logs;
}
