import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readlink, rename, rm, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { exists } from "../files.ts";
import { dataFolder, packagesFolder } from "../paths.ts";
import { findingsMessage, Problem } from "../problem.ts";
import { Progress } from "../progress.ts";
import { downloadPackages, hasApt } from "./apt.ts";
import { type OsPackage, proofPath } from "./list.ts";
import { unpack } from "./unpack.ts";

/** Name of a merged tree in the packages folder: one to run stacks, one more for the tests. */
export type TreeName = "root" | "test-root";

/** Absolute path of a merged tree; it exists only when packages were missing on the machine. */
export function treePath(name: TreeName): string {
  return join(packagesFolder, name);
}

async function lacking(
  packages: readonly OsPackage[],
  folders: readonly string[],
): Promise<readonly OsPackage[]> {
  const states = await Promise.all(
    packages.map(async (each) => {
      const found = await Promise.all(folders.map((usr) => exists(proofPath(each, usr))));
      return { each, there: found.some(Boolean) };
    }),
  );
  return states.filter(({ there }) => !there).map(({ each }) => each);
}

/** Text for a machine without apt. */
export function withoutApt(missing: readonly OsPackage[]): string {
  const lines = missing.map(({ name, proof, use }) => `${name} (/usr/${proof}): ${use}`);
  return findingsMessage(
    "This machine has no apt; install these with its own package manager (names as in Debian 12)",
    lines,
  );
}

async function stacksExist(): Promise<boolean> {
  return (await readdir(join(dataFolder, "stacks")).catch(() => [])).length > 0;
}

/**
 * Points a tree's name at a new set of packages in one step. A set that a running stack may have mounted stays;
 * sets without use go when no stack stands.
 */
async function publish(name: TreeName, made: string, key: string): Promise<void> {
  const sets = join(packagesFolder, "sets");
  const set = join(sets, `${name}-${key}`);
  await mkdir(sets, { recursive: true });
  if (await exists(set)) await rm(made, { recursive: true, force: true });
  else await rename(made, set);
  const link = join(packagesFolder, `${name}.${process.pid}.new`);
  await symlink(join("sets", basename(set)), link);
  await rename(link, treePath(name));
  if (await stacksExist()) return;
  const used = new Set<string>();
  for (const tree of ["root", "test-root"] as const) {
    used.add(basename(await readlink(treePath(tree)).catch(() => "")));
  }
  for (const entry of await readdir(sets)) {
    if (!used.has(entry)) await rm(join(sets, entry), { recursive: true, force: true });
  }
}

/**
 * Sees to operating-system packages: those of the machine are used as they are, the others are unpacked into
 * the project's cache. Nothing on the machine is changed, no service is started, no right is needed.
 * @param name the tree for those that are missing
 * @throws Problem when they cannot be had
 */
export async function ensurePackages(name: TreeName, packages: readonly OsPackage[]): Promise<void> {
  if ((await lacking(packages, ["/usr", join(treePath(name), "usr")])).length === 0) return;
  const missing = await lacking(packages, ["/usr"]);
  if (!(await hasApt())) throw new Problem(withoutApt(missing));
  const progress = new Progress("OS packages");
  const names = missing.map((each) => each.name);
  progress.begin(`unpacking ${names.join(", ")} into .cache/packages; this machine itself is left as it is`);
  const archives = await downloadPackages(names, progress);
  const made = await mkdtemp(join(packagesFolder, "unpack-"));
  try {
    await unpack(archives, made, (archive, done) => {
      progress.update(`unpacking ${done + 1} of ${archives.length}: ${archive}`);
    });
    const left = await lacking(missing, [join(made, "usr")]);
    if (left.length > 0) {
      throw new Problem(
        findingsMessage(
          "OS packages: these lack the file that the project needs",
          left.map(({ name: each, proof }) => `${each}: /usr/${proof}`),
        ),
      );
    }
    const key = createHash("sha256").update(
      archives
        .map((path) => basename(path))
        .sort()
        .join("\n"),
    );
    await publish(name, made, key.digest("hex").slice(0, 12));
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  progress.done(`${names.length} and what they need (${archives.length} in all) are unpacked`);
}
