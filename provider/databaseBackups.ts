/** Backups of a stack's database: made on demand, listed, put back. */
import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { join, posix } from "node:path";
import { backupDirectory, backupProgram, copyBackCommand } from "../hosts/mariadb/backup.ts";
import { currentWriter } from "./databaseWriter.ts";
import { hostProc, runInHost } from "./enter.ts";
import { type HostHandle, hostFolder, hostsIn, liveSandbox, requireSandbox, stackFolder } from "./handles.ts";
import {
  backupFolder,
  backupNames,
  hostRoot,
  keptFolder,
  layout,
  moveBackups,
  outliveFolder,
} from "./keptBackups.ts";
import {
  asDatabaseUser,
  copyTime,
  type GaleraClusterInputs,
  galeraCluster,
  inHost,
  restoredDirectory,
  statuses,
  stopNode,
} from "./kinds/galeraCluster.ts";
import { userId } from "./processes.ts";
import { messageOf, run } from "./system.ts";

const root = hostRoot;

/** One backup, on the host that made it. */
export interface Backup {
  /** Database host. */
  readonly node: string;
  /** Time at which it began, UTC: `2026-01-31T03-00-00Z`. */
  readonly name: string;
  /** Absolute path on this machine. */
  readonly path: string;
  /** Bytes on disk. */
  readonly size: number;
  /** Whether the server that made it is gone, or the stack: it does not lie on a server. */
  readonly kept: boolean;
}

/** Called with a line of progress. */
export type Say = (line: string) => void;

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => lstatSync(join(entry.parentPath, entry.name)).blocks * 512)
    .reduce((all, one) => all + one, 0);
}

const backupsIn = (folder: string, node: string, kept: boolean): readonly Backup[] =>
  backupNames(folder).map((name) => {
    const path = join(folder, name);
    return { node, name, path, size: bytesIn(path), kept };
  });

const backupsOn = (node: HostHandle) => backupsIn(backupFolder(node), node.name, false);

const namesIn = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** Those in a folder with a folder a server. */
const keptBelow = (folder: string): readonly Backup[] =>
  namesIn(folder).flatMap((node) => backupsIn(join(folder, node), node, true));

/** Those whose server is gone. */
const keptIn = (directory: string) => keptBelow(keptFolder(directory));

/** Those that outlived the stack, the last time it was taken down first. */
const outlived = (directory: string): readonly Backup[] =>
  [...namesIn(outliveFolder(directory))]
    .sort()
    .reverse()
    .flatMap((time) => keptBelow(join(outliveFolder(directory), time)));

/** The hosts of a stack's folder, whether or not it runs. */
const hostsOnDisk = (directory: string): readonly HostHandle[] =>
  existsSync(join(stackFolder(directory), "hosts")) ? hostsIn({ directory, incarnation: "" }) : [];

/** How many backups lie in a stack's folder. */
export const backupsOnDisk = (directory: string): number =>
  hostsOnDisk(directory).flatMap(backupsOn).length + keptIn(directory).length;

/** Puts every backup of a stack where it outlives the stack. @returns the folder */
export function keepAllBackups(directory: string): string {
  const target = outliveFolder(directory);
  const kept = keptFolder(directory);
  for (const host of hostsOnDisk(directory)) moveBackups(host, kept);
  mkdirSync(target, { recursive: true, mode: 0o700 });
  // By its time, since a stack of this name may have been kept before.
  renameSync(kept, join(target, timeName(new Date())));
  return target;
}

/** A backup's name among those of its stack, as the commands take it. */
export const fullName = ({ node, name }: Pick<Backup, "node" | "name">): string => `${node}/${name}`;

/**
 * Every backup of the stack, the newest first, also those whose server is gone and those that outlived the stack. Reads
 * the disk only: the stack need not be up. Once where a server has a copy of one that is kept.
 */
export function listBackups(cluster: GaleraClusterInputs): readonly Backup[] {
  const directory = cluster.nodes[0]?.sandbox.directory ?? "";
  const all = [...cluster.nodes.flatMap(backupsOn), ...keptIn(directory), ...outlived(directory)];
  // The last one of a name wins.
  const known = new Map(all.toReversed().map((backup) => [fullName(backup), backup] as const));
  return [...known.values()].sort(
    (one, other) => other.name.localeCompare(one.name) || one.node.localeCompare(other.node),
  );
}

/**
 * Finds a backup by `node/name`, or by the name alone where only one node has it. Pure.
 * @throws Error that lists what there is
 */
export function chooseBackup(backups: readonly Backup[], wanted: string): Backup {
  const found = backups.filter((backup) => fullName(backup) === wanted || backup.name === wanted);
  const [only] = found;
  if (only && found.length === 1) return only;
  if (found.length > 1)
    throw new Error(
      `several nodes made a backup of that name; name one of ${found.map(fullName).join(", ")}. They hold the same database`,
    );
  const known = backups.map(fullName).join(", ");
  throw new Error(
    `there is no backup ${wanted}; ${known === "" ? "there is none at all" : `known: ${known}`}`,
  );
}

/** A time as backups are named: `2026-01-31T03-00-00Z`. */
export const timeName = (time: Date): string =>
  time.toISOString().slice(0, 19).replaceAll(":", "-").concat("Z");

/** @throws Error unless every database host runs. */
function requireHosts({ nodes }: GaleraClusterInputs): void {
  const directory = nodes[0]?.sandbox.directory ?? "";
  if (liveSandbox(directory) === null) throw new Error("the stack does not run; run `npm run up` first");
  const away = nodes.filter((node) => hostProc(node) === null).map(({ name }) => name);
  if (away.length > 0)
    throw new Error(`${away.join(", ")} ${away.length > 1 ? "are" : "is"} down; run \`npm run up\` first`);
}

/** A synced node, if it can be not the one that takes the writes: a backup costs it disk and processor. */
async function nodeToBackUp(cluster: GaleraClusterInputs): Promise<HostHandle> {
  const states = await statuses(cluster);
  const synced = cluster.nodes.filter((_, index) => states[index]?.synced);
  const [first] = synced;
  if (!first) throw new Error("no database node is synced; run `npm run up` first");
  const writer = await currentWriter(first);
  return synced.findLast(({ name }) => name !== writer) ?? first;
}

/** Makes a backup now, proves it by preparing it, and drops the node's oldest ones. */
export async function makeBackup(cluster: GaleraClusterInputs, say: Say): Promise<Backup> {
  requireHosts(cluster);
  const node = await nodeToBackUp(cluster);
  say(`${node.name} makes a backup`);
  const { prefix } = asDatabaseUser(node);
  const { code, stdout, stderr } = await runInHost(node, [...prefix, backupProgram(layout)], {
    accept: "any",
    timeout: copyTime,
  });
  const made = backupsOn(node).find(({ name }) => name === posix.basename(stdout.trim()));
  if (code !== 0 || !made)
    throw new Error(`${node.name} made no backup: ${stderr.trim() || `exit code ${code}`}`);
  return made;
}

/** Room for a copy on each node, since all of them lie on one disk of this machine. */
async function requireRoom(cluster: GaleraClusterInputs, { path, size }: Backup): Promise<void> {
  const { bavail, bsize } = await statfs(path);
  const needed = size * cluster.nodes.length;
  if (bavail * bsize < needed)
    throw new Error(
      `${Math.ceil(needed / 1e6)} MB are needed on the disk of ${path} and ${Math.floor((bavail * bsize) / 1e6)} MB are free; make room and restore again`,
    );
}

/** Script that empties the place of the data directory: what was there is put aside. */
function putAside(data: string, aside: string): string {
  return `if [ -d ${data}/mysql ]; then mv -T ${data} ${aside}; else rm -rf ${data}; fi`;
}

/** Copies the backup beside the node's data while the cluster runs. A name that counts comes last. */
async function copyBack(cluster: GaleraClusterInputs, node: HostHandle, backup: Backup): Promise<void> {
  const data = `${root}/${cluster.dataDirectory}`;
  const restored = `${root}/${restoredDirectory(cluster)}`;
  const partial = `${restored}.part`;
  await inHost(node, `mkdir -m 0700 ${partial}\nchown --reference=${data}/.. ${partial}`);
  const { prefix } = asDatabaseUser(node);
  const command = copyBackCommand(layout, posix.join(backupDirectory(layout), backup.name), partial);
  const { code, stderr } = await runInHost(node, [...prefix, ...command], {
    accept: "any",
    timeout: copyTime,
  });
  if (code !== 0) {
    const why = stderr.trim().split("\n").at(-1) || "a backup is being made on it; wait for its end";
    throw new Error(`${node.name} could not copy the backup back: ${why}. Nothing was changed`);
  }
  await inHost(node, `mv -T ${partial} ${restored}`);
}

/**
 * Stops every node and puts the restored data in place of what was there. The others first, then the one with the
 * backup: it stops last, so that it alone has everything for as long as its old data is in place.
 */
async function swap(cluster: GaleraClusterInputs, first: HostHandle, aside: string, say: Say): Promise<void> {
  const data = `${root}/${cluster.dataDirectory}`;
  const others = cluster.nodes.filter((node) => node !== first);
  say("the database stops; from now on the site has none");
  for (const node of [...others, first]) await stopNode(cluster, node);

  say("the data that was there is put aside");
  const emptied = `mkdir -m 0700 ${data}\nchown --reference=${data}/.. ${data}`;
  for (const node of others) await inHost(node, `${putAside(data, `${root}/${aside}`)}\n${emptied}`);
  await inHost(
    first,
    `${putAside(data, `${root}/${aside}`)}\nmv -T ${root}/${restoredDirectory(cluster)} ${data}`,
  );

  const names = others.map(({ name }) => name).join(" and ");
  say(`${first.name} starts with the backup${names === "" ? "" : `; ${names} fetch everything from it`}`);
}

/** A backup on a server that is there: one whose server is gone is copied to another. */
async function onServer(
  cluster: GaleraClusterInputs,
  backup: Backup,
): Promise<{ readonly node: HostHandle; readonly backup: Backup }> {
  const own = cluster.nodes.find(({ name }) => name === backup.node);
  if (own && !backup.kept) return { node: own, backup };
  const node = own ?? (await nodeToBackUp(cluster));
  const { rootless } = requireSandbox(node.sandbox.directory);
  const owner = rootless ? process.getuid?.() : userId(node.number, "mysql", rootless);
  const path = join(backupFolder(node), backup.name);
  const aside = join(backupFolder(node), `.new-${backup.name}`);
  // From outside: what outlived a stack lies where no sandbox sees it.
  const script = `[ ! -e "$2" ] || exit 0
rm -rf "$3"
cp -a "$1" "$3"
chown -R "$4:$4" "$3"
mv -T "$3" "$2"`;
  await run(["sh", "-ec", script, "sh", backup.path, path, aside, String(owner)], { timeout: copyTime });
  return { node, backup: { ...backup, node: node.name, path, kept: false } };
}

/** Where the data of before a restore is kept. */
export interface Restored {
  /** Absolute paths on this machine, one a node that had data. */
  readonly aside: readonly string[];
}

/**
 * Puts a backup back: everything written since is gone from the database, and kept aside on disk.
 *
 * Until the last node's data is aside, the last one to stop still has all of the old data, so that `up` after an
 * interruption goes on with that; from then on it goes on with the restored data.
 * @throws Error that says in what state it left the database
 */
export async function restoreBackup(
  cluster: GaleraClusterInputs,
  wanted: Backup,
  say: Say,
): Promise<Restored> {
  requireHosts(cluster);
  await requireRoom(cluster, wanted);
  const { node: first, backup } = await onServer(cluster, wanted);
  const restored = `${root}/${restoredDirectory(cluster)}`;
  const aside = `${cluster.dataDirectory}-before-restore-${timeName(new Date())}`;

  say(`${first.name} copies the backup beside its data; the site goes on`);
  for (const node of cluster.nodes) await inHost(node, `rm -rf ${restored} ${restored}.part`);
  await copyBack(cluster, first, backup);

  try {
    await swap(cluster, first, aside, say);
    await galeraCluster.ensure(cluster, null);
  } catch (error) {
    throw new Error(
      `the database is not whole: ${messageOf(error)}. Run \`npm run up\`, then look; or restore again`,
    );
  }
  return {
    aside: cluster.nodes.map((node) => join(hostFolder(node), aside)).filter((path) => existsSync(path)),
  };
}
