/** The identity of a directory's content. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Every file below a directory, relative, sorted, so that the digest does not depend on the file system. */
export function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(directory, path)).isFile())
    .sort();
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
