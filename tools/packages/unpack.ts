import { mkdir, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { runOrFail } from "../run.ts";

/** Folders that a merged /usr has only as links into it. */
const merged = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

/** The command that unpacks one archive into a tree. */
export function unpackCommand(archive: string, tree: string): readonly string[] {
  const script =
    'set -o pipefail; dpkg-deb --fsys-tarfile "$1" | tar --extract --keep-directory-symlink --no-same-owner --directory "$2"';
  return ["bash", "-c", script, "unpack", archive, tree];
}

/**
 * Unpacks archives into a new tree with a merged /usr; runs none of their scripts.
 * @param onArchive told the name of each archive and how many are done
 */
export async function unpack(
  archives: readonly string[],
  tree: string,
  onArchive: (name: string, done: number) => void,
): Promise<void> {
  for (const name of merged) {
    await mkdir(join(tree, "usr", name), { recursive: true });
    await symlink(`usr/${name}`, join(tree, name));
  }
  for (const [index, archive] of archives.entries()) {
    onArchive(basename(archive), index);
    await runOrFail("OS packages", unpackCommand(archive, tree));
  }
  // A tree in a user's folder must not hold programs that run as somebody else.
  await runOrFail("OS packages", [
    "find",
    tree,
    "-type",
    "f",
    "-perm",
    "/6000",
    "-exec",
    "chmod",
    "ug-s",
    "{}",
    "+",
  ]);
}
