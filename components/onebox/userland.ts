import { existsSync, realpathSync } from "node:fs";
import { join, relative } from "node:path";

/** Where set-up puts the root of the hosts, from the project's folder: a link to the newest. */
const link = ".cache/userland/current";

/**
 * The tree that the stack's hosts run on, from the project's folder; the link's own path where set-up has made none yet.
 * The tree and not the link: a sandbox keeps what it mounted, so that one with a newer tree has to be started anew.
 */
export function userlandTree(project: string): string {
  const path = join(project, link);
  return existsSync(path) ? relative(realpathSync(project), realpathSync(path)) : link;
}
