import { mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { exists } from "../files.ts";
import { packagesFolder } from "../paths.ts";
import { findingsMessage, Problem } from "../problem.ts";
import { Progress } from "../progress.ts";
import { downloadPackages, hasApt } from "./apt.ts";
import { type OsPackage, proofPath, testPackages } from "./list.ts";
import { unpack } from "./unpack.ts";

/** Absolute path of the merged tree; it exists only when packages were missing on the machine. */
export const testTree = join(packagesFolder, "test-root");

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
    "This machine has no apt; install these with its own package manager (names as in Debian)",
    lines,
  );
}

/** Puts a new tree in place of an older one. */
async function publish(made: string): Promise<void> {
  const old = `${testTree}.old`;
  await rm(old, { recursive: true, force: true });
  await rename(testTree, old).catch(() => undefined);
  await rename(made, testTree);
  await rm(old, { recursive: true, force: true });
}

/**
 * Sees to the tests' operating-system packages: those of the machine are used as they are, the others are unpacked into
 * the project's cache. Nothing on the machine is changed, no service is started, no right is needed.
 * @throws Problem when they cannot be had
 */
export async function ensureTestPackages(): Promise<void> {
  if ((await lacking(testPackages, ["/usr", join(testTree, "usr")])).length === 0) return;
  const missing = await lacking(testPackages, ["/usr"]);
  if (!(await hasApt())) throw new Problem(withoutApt(missing));
  const progress = new Progress("Test packages");
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
    await publish(made);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  progress.done(`${names.length} and what they need (${archives.length} in all) are unpacked`);
}
