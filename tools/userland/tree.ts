/** The userland: a tree of Debian's packages in the project's cache, the root of every host. */
import { createHash } from "node:crypto";
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { basename, join } from "node:path";
import { exists } from "../files.ts";
import { cacheFolder } from "../paths.ts";
import { Problem } from "../problem.ts";
import { Progress } from "../progress.ts";
import { run, runOrFail } from "../run.ts";
import { downloadArchives } from "./download.ts";
import { readLockFile } from "./lock.ts";
import { release } from "./lockText.ts";

/** Folder of the trees. */
export const userlandFolder = join(cacheFolder, "userland");

/** Raised when the same archives are to give another tree. */
const recipe = 2;

/** Folders that a merged /usr has only as links into it. */
const merged = ["bin", "sbin", "lib", "lib64"];

/** File of a tree that tells when Debian's lists were read that it is made from. */
export const ageFile = "etc/userland";

/** What nobody reads in a host. */
const unread = ["doc", "man", "locale", "info", "lintian", "bug", "bash-completion", "doc-base", "menu"];

/** Archives that are unpacked at the same time. */
const atOnce = 4;

/** The command that unpacks one archive into a tree, whatever the user's umask; none of its scripts is run. */
export function unpackCommand(archive: string, tree: string): readonly string[] {
  const excluded = [...unread.map((name) => `./usr/share/${name}`), "./usr/lib/systemd", "./etc/init.d"];
  const script = `set -o pipefail; dpkg-deb --fsys-tarfile "$1" | tar --extract --keep-directory-symlink --no-same-owner --preserve-permissions --directory "$2" ${excluded.map((each) => `--exclude=${each}`).join(" ")}`;
  return ["bash", "-c", script, "unpack", archive, tree];
}

/** What the packages' scripts would have made, as far as hosts need it. */
async function finish(tree: string, made: Date): Promise<void> {
  await symlink("mawk", join(tree, "usr/bin/awk"));
  const certificates = join(tree, "usr/share/ca-certificates/mozilla");
  const names = (await readdir(certificates)).filter((name) => name.endsWith(".crt")).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(certificates, name), "utf8")));
  await mkdir(join(tree, "etc/ssl/certs"), { recursive: true });
  await writeFile(join(tree, "etc/ssl/certs/ca-certificates.crt"), texts.join(""));
  await writeFile(join(tree, ageFile), `${made.toISOString()}\n`);
  await writeFile(join(tree, "etc/nsswitch.conf"), "passwd: files\ngroup: files\nhosts: files\n");
  // A tree in a user's folder must not hold programs that run as somebody else.
  await runOrFail("userland", [
    ...["find", tree, "-type", "f", "-perm", "/6000", "-exec", "chmod", "ug-s", "{}", "+"],
  ]);
  // Whoever reads it may be another user than the one who made it: services of a stack of root.
  await runOrFail("userland", ["chmod", "-R", "u+w,go+rX,go-w", tree]);
}

async function unpackAll(
  files: readonly string[],
  tree: string,
  made: Date,
  progress: Progress,
): Promise<void> {
  await chmod(tree, 0o755);
  for (const name of merged) {
    await mkdir(join(tree, "usr", name), { recursive: true });
    await symlink(`usr/${name}`, join(tree, name));
  }
  const waiting = [...files];
  let done = 0;
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await runOrFail("userland", unpackCommand(next, tree));
      done += 1;
      progress.update(`unpacking ${done} of ${files.length} packages`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  await finish(tree, made);
}

async function requireTools(): Promise<void> {
  const { code } = await run(["dpkg-deb", "--version"]);
  if (code !== 0)
    throw new Problem(
      "this machine cannot unpack Debian's packages: install dpkg (Fedora: `sudo dnf install dpkg`, Arch: `sudo pacman -S dpkg`, openSUSE: `sudo zypper install dpkg`); nothing of Debian is installed by that",
    );
}

/** Removes older trees and what this one was made from: a running stack has the files of its own under second names. */
async function removeOthers(kept: string): Promise<void> {
  for (const entry of await readdir(userlandFolder))
    if (entry !== kept && entry !== "current")
      await rm(join(userlandFolder, entry), { recursive: true, force: true });
}

/** Points the name by which the program finds it at a tree, in one step. */
async function publish(tree: string): Promise<void> {
  const link = join(userlandFolder, "current");
  if ((await readlink(link).catch(() => "")) === basename(tree)) return;
  const aside = `${link}.${process.pid}.new`;
  await symlink(basename(tree), aside);
  await rename(aside, link);
}

/**
 * Sees to the userland that the lock file describes. It is made once, whole or not at all; nothing on the machine is
 * changed, and no right is needed.
 * @returns its folder
 * @throws Problem when it cannot be made
 */
export async function ensureUserland(): Promise<string> {
  const { lock, text } = await readLockFile();
  const key = createHash("sha256").update(`${recipe}\n${text}`).digest("hex").slice(0, 12);
  const tree = join(userlandFolder, `${release}-${key}`);
  if (await exists(tree)) {
    await publish(tree);
    return tree;
  }
  await requireTools();
  const progress = new Progress("Userland");
  const bytes = lock.archives.reduce((sum, { size }) => sum + size, 0);
  progress.begin(
    `fetching ${lock.archives.length} packages (${Math.ceil(bytes / 1e6)} MB) of Debian ${release} into .cache/userland; this machine itself is left as it is`,
  );
  const archives = join(userlandFolder, "archives");
  const files = await downloadArchives(lock, archives, progress, process.env);
  const made = await mkdtemp(join(userlandFolder, "unpack-"));
  try {
    await unpackAll(files, made, lock.made, progress);
    // Somebody else may have made it meanwhile: theirs is as good.
    await rename(made, tree).catch(async (error: unknown) => {
      if (!(await exists(tree))) throw error;
    });
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  await publish(tree);
  await removeOthers(basename(tree));
  progress.done(`${lock.archives.length} packages of Debian ${release} are unpacked`);
  return tree;
}
