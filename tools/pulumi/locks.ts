import { randomUUID } from "node:crypto";
import { readdir, readlink, rm } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { join, relative } from "node:path";
import { z } from "zod";
import { requireJson } from "../../config/json.ts";
import { textOf, writeWhole } from "../files.ts";
import { projectRoot, stateFolder } from "../paths.ts";
import { Problem } from "../problem.ts";
import { projectName } from "./stateFile.ts";

const lockSchema = z.object({ pid: z.int().positive(), hostname: z.string(), timestamp: z.string() });

/** What the file backend writes into a lock. */
export type Lock = z.infer<typeof lockSchema>;

/**
 * Whether a lock has outlived the process that took it. No clock is asked: it may have been set since.
 * @param lock content of the lock
 * @param host name of this machine; another machine's processes cannot be seen
 * @param places command line and working directory of the process of that number; undefined when there is none
 * @param project the project's folder, which an operation on it has in one of them
 */
export function isStale(
  lock: Lock,
  host: string,
  places: readonly string[] | undefined,
  project: string,
): boolean {
  if (lock.hostname !== host) return false;
  return places === undefined || !places.some((text) => text.includes(project));
}

/** Command line and working directory of a process; undefined when there is none, or one that has ended already. */
export async function placesOf(pid: number): Promise<readonly string[] | undefined> {
  const command = await textOf(`/proc/${pid}/cmdline`);
  // One that was killed stays in the table, without a command line, until its parent asks: in a container perhaps never.
  if (command === undefined || command === "") return undefined;
  // Another user's process does not tell where it works: it counts as one that works here.
  return [command, await readlink(`/proc/${pid}/cwd`).catch(() => projectRoot)];
}

const lockFolder = (stack: string): string =>
  join(stateFolder, ".pulumi", "locks", "organization", projectName, stack);

/**
 * Removes locks of the project's file backend whose process is gone: an interrupted run leaves them.
 * @returns the process numbers of the locks that were removed
 */
export async function clearStaleLocks(stack: string): Promise<readonly number[]> {
  const folder = lockFolder(stack);
  const removed: number[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.endsWith(".json")) continue;
    const path = join(folder, name);
    const text = await textOf(path);
    // Released a moment ago.
    if (text === undefined) continue;
    const shown = relative(projectRoot, path);
    const mend = `nobody can tell who holds the lock; when no operation runs (\`pgrep -a pulumi\`): \`rm ${shown}\``;
    const lock = requireJson(text, lockSchema, shown, mend);
    if (!isStale(lock, hostname(), await placesOf(lock.pid), projectRoot)) continue;
    await rm(path, { force: true });
    await rm(`${path}.attrs`, { force: true });
    removed.push(lock.pid);
  }
  return removed;
}

/**
 * Does work while no operation of Pulumi can run on the stack: takes the lock that Pulumi itself takes in the
 * project's file backend, and releases it at the end.
 * @throws Problem when an operation is under way
 */
export async function withLock<T>(stack: string, work: () => Promise<T>): Promise<T> {
  await clearStaleLocks(stack);
  const folder = lockFolder(stack);
  const own = `${randomUUID()}.json`;
  const lock = {
    pid: process.pid,
    username: userInfo().username,
    hostname: hostname(),
    timestamp: new Date().toISOString(),
  };
  await writeWhole(join(folder, own), JSON.stringify(lock), 0o600);
  try {
    // Looked at after writing: of two that begin at once neither overlooks the other.
    const others = (await readdir(folder)).filter((name) => name.endsWith(".json") && name !== own);
    if (others.length > 0)
      throw new Problem(`another operation is under way on stack ${stack}; try again when it has ended`);
    return await work();
  } finally {
    await rm(join(folder, own), { force: true });
  }
}
