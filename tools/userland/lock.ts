/** The userland's lock files, one an architecture. */
import { join } from "node:path";
import { textOf } from "../files.ts";
import { messageFor, Problem } from "../problem.ts";
import { type Lock, readLock } from "./lockText.ts";

/** Node's name of an architecture → Debian's. */
const debianNames: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** Debian's name of this machine's architecture. */
export const architecture = debianNames[process.arch] ?? process.arch;

/** The lock file of an architecture, by Debian's name. */
export const lockFile = (of: string): string => join(import.meta.dirname, `${of}.lock`);

/**
 * What the userland is made of here.
 * @returns the lock, and the file's text
 * @throws Problem when the file is damaged, or there is none for this machine
 */
export async function readLockFile(): Promise<{ readonly lock: Lock; readonly text: string }> {
  const path = lockFile(architecture);
  const text = await textOf(path);
  if (text === undefined) throw new Problem(`there is no userland for ${architecture}: no file ${path}`);
  try {
    return { lock: readLock(text), text };
  } catch (error) {
    throw new Problem(`${path} is damaged, ${messageFor(error)}: \`git checkout ${path}\` brings it back`);
  }
}
