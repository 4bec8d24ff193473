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

const day = 86_400_000;

/**
 * The time that a published file bears, made of its content: web servers make a page's tag of time and size, so two
 * pages of one size need two times, and every server that has the page the same one. An even second of a daytime between
 * 1980 and 2020, which zip archives can hold and no summer time leaves out.
 */
export function contentTime(content: Uint8Array): Date {
  const digest = createHash("sha256").update(content).digest();
  const days = digest.readUInt32LE(0) % 14_000;
  const seconds = 2 * (digest.readUInt32LE(4) % (5 * 3600));
  return new Date(Date.UTC(1980, 0, 2, 8) + days * day + seconds * 1000);
}

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
