/** The identity of a directory's content. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";

/** Thrown for a symbolic link in a directory that leads out of it, to itself or nowhere: what it shows is not the directory's. */
export class StrayLinkError extends Error {
  override readonly name = "StrayLinkError";
}

/** Where a path leads in the end. @throws StrayLinkError when that is not below `top` */
function endOf(top: string, path: string): string {
  try {
    const end = realpathSync(path);
    if (end.startsWith(`${top}/`) && !path.startsWith(`${end}/`)) return end;
  } catch {
    // It leads nowhere, or in a circle.
  }
  throw new StrayLinkError(
    `${path} is a symbolic link that does not lead to a file or folder of ${top}: put a copy in its place, or remove it`,
  );
}

function walk(top: string, folder: string): readonly string[] {
  return readdirSync(join(top, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    const kind = entry.isSymbolicLink() ? statSync(endOf(top, join(top, path))) : entry;
    if (kind.isDirectory()) return walk(top, path);
    return kind.isFile() ? [path] : [];
  });
}

/**
 * Every file below a directory, relative, sorted, so that the digest does not depend on the file system; links that stay
 * inside are followed. The only walk through a directory that is published or copied.
 * @throws StrayLinkError for a link that leads out: a change of content must not publish a file of the machine
 */
export const filesBelow = (directory: string): readonly string[] =>
  [...walk(realpathSync(directory), "")].sort();

/** SHA-256 over every file's path, executable bit and content, hex. */
export function directoryDigest(directory: string): string {
  const hash = createHash("sha256");
  for (const path of filesBelow(directory)) {
    const executable = (statSync(join(directory, path)).mode & 0o111) !== 0;
    hash
      .update(`${path}\0${executable}\0`)
      .update(readFileSync(join(directory, path)))
      .update("\0");
  }
  return hash.digest("hex");
}
