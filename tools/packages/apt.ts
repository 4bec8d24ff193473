import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../files.ts";
import { packagesFolder } from "../paths.ts";
import { Problem } from "../problem.ts";
import type { Progress } from "../progress.ts";
import { run, runOrFail } from "../run.ts";
import { type Archive, aptConfiguration, parseUris } from "./aptText.ts";

const folder = join(packagesFolder, "apt");
const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;

/** Whether this machine has apt and dpkg. */
export async function hasApt(): Promise<boolean> {
  const found = await Promise.all([run(["apt-get", "--version"]), run(["dpkg-deb", "--version"])]);
  return found.every(({ code }) => code === 0);
}

async function privateApt(): Promise<NodeJS.ProcessEnv> {
  for (const part of ["state/lists/partial", "cache/archives/partial", "cache/none/partial", "log"]) {
    await mkdir(join(folder, part), { recursive: true });
  }
  const dump = await runOrFail("apt", ["apt-config", "dump"]);
  const path = join(folder, "apt.conf");
  await writeWhole(path, aptConfiguration(dump, { folder, status: "/var/lib/dpkg/status" }), 0o644);
  return { ...process.env, APT_CONFIG: path, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };
}

/** Newer lists, or, where no source can be reached, those that are here. */
async function updateLists(env: NodeJS.ProcessEnv, progress: Progress): Promise<void> {
  progress.update("reading the package lists");
  const { code, stdout, stderr } = await run(["apt-get", "update"], { env });
  const lists = await readdir(join(folder, "state", "lists"));
  if (code !== 0 && !lists.some((name) => name.endsWith("_Packages"))) {
    const tail = `${stdout}\n${stderr}`.trim().split("\n").slice(-4).join("\n    ");
    throw new Problem(`OS packages: the package lists cannot be read:\n    ${tail}`);
  }
}

/**
 * Downloads packages with what they depend on and this machine lacks; installs nothing.
 * @returns absolute paths of the archives
 */
export async function downloadPackages(
  names: readonly string[],
  progress: Progress,
): Promise<readonly string[]> {
  const env = await privateApt();
  await updateLists(env, progress);
  const install = ["apt-get", "install", "--yes", "--no-install-recommends"];
  // Asked with an empty cache: apt leaves out what it has already, of an earlier or an interrupted run.
  const anew = ["--option", `Dir::Cache::archives=${folder}/cache/none`, "--print-uris", "-qq"];
  const uris = await runOrFail("OS packages", [...install, ...anew, ...names], { env });
  const archives: readonly Archive[] = parseUris(uris);
  const size = megabytes(archives.reduce((sum, archive) => sum + archive.size, 0));
  let begun = 0;
  await runOrFail("OS packages", [...install, "--download-only", ...names], {
    env,
    onLine: (line) => {
      if (line.startsWith("Get:")) progress.update(`downloading ${++begun} of ${archives.length} (${size})`);
    },
  });
  return archives.map(({ file }) => join(folder, "cache", "archives", file));
}
