/**
 * Backups outlive the server that made them, whose folder goes with it: they are put beside the hosts then. And, where
 * that is asked for, the stack.
 */
import { existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { basename, join, posix, resolve } from "node:path";
import { layoutUnder } from "../hosts/layout.ts";
import { backupDirectory, backupMark } from "../hosts/mariadb/backup.ts";
import { type HostHandle, hostFolder, stackFolder } from "./handles.ts";

/** Where a host's own folder lies inside it. */
export const hostRoot = "/run/host";

/** Folders of every host. */
export const layout = layoutUnder(hostRoot, "/run/node/bin/node");

/** Where a database host keeps its backups, on this machine. */
export const backupFolder = (host: HostHandle): string =>
  join(hostFolder(host), posix.relative(hostRoot, backupDirectory(layout)));

/** Where those lie whose server is gone, a folder each. */
export const keptFolder = (directory: string): string => join(stackFolder(directory), "backups");

/** Where those lie that outlived the stack itself: a folder each time it was taken down, with a folder a server. */
export const outliveFolder = (directory: string): string =>
  resolve(stackFolder(directory), "../../backups", basename(directory));

/** Names of the whole backups in a folder. */
export const backupNames = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder).filter((name) => /^\d/.test(name) && existsSync(join(folder, name, backupMark)))
    : [];

/** Puts a host's backups into a folder of the host's name, below another one. @returns how many there were */
export function moveBackups(host: HostHandle, into: string): number {
  const names = backupNames(backupFolder(host));
  const target = join(into, host.name);
  if (names.length > 0) mkdirSync(target, { recursive: true, mode: 0o700 });
  for (const name of names)
    if (!existsSync(join(target, name))) renameSync(join(backupFolder(host), name), join(target, name));
  return names.length;
}
