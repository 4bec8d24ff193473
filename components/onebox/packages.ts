import { existsSync, realpathSync } from "node:fs";
import { join, relative } from "node:path";

/** Where set-up unpacks Debian packages that the machine lacks, from the project's folder: a link to the newest set. */
const link = ".cache/packages/root";

/**
 * The set of unpacked packages that the stack runs on, from the project's folder; empty when the machine has them all.
 * The set and not the link: a sandbox keeps what it mounted, so that one with a newer set has to be started anew.
 */
export function packagesTree(project: string): string {
  const path = join(project, link);
  return existsSync(path) ? relative(realpathSync(project), realpathSync(path)) : "";
}
