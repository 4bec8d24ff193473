/** Moves the userland forward: reads Debian's signed lists and writes what they say into the lock file. */
import { access, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeWhole } from "../files.ts";
import { Problem } from "../problem.ts";
import { Progress } from "../progress.ts";
import { run, runOrFail } from "../run.ts";
import { aptConfiguration, archivesIn, keyRing, pathsIn, sources } from "./aptText.ts";
import { userlandPackages } from "./list.ts";
import { lockFile } from "./lock.ts";
import { type Archive, lockText } from "./lockText.ts";

/** Debian's names of the architectures that hosts run on. */
const architectures = ["amd64", "arm64"] as const;

async function requireTools(): Promise<void> {
  const apt = await run(["apt-get", "--version"]);
  const keys = await access(keyRing).then(
    () => true,
    () => false,
  );
  if (apt.code === 0 && keys) return;
  throw new Problem(
    `the userland is moved on Debian or Ubuntu: it needs apt, and Debian's keys in ${keyRing} (package debian-archive-keyring)`,
  );
}

/** What hosts of an architecture are made of today. */
async function resolve(architecture: string, folder: string): Promise<readonly Archive[]> {
  for (const part of ["state/lists/partial", "cache/archives/partial", "log"])
    await mkdir(join(folder, part), { recursive: true });
  await writeFile(join(folder, "status"), "");
  await writeFile(join(folder, "sources.list"), sources);
  const configuration = join(folder, "apt.conf");
  const dump = await runOrFail("apt", ["apt-config", "dump"]);
  await writeFile(configuration, aptConfiguration(dump, folder, architecture));
  const env = { ...process.env, APT_CONFIG: configuration, LC_ALL: "C" };
  // A list without its signature, or one that is too old, is an error.
  await runOrFail("Debian's lists", ["apt-get", "update", "--error-on=any"], { env });
  const names = userlandPackages.map(({ name }) => name);
  const install = ["apt-get", "install", "--yes", "--no-install-recommends", "--print-uris", "-qq"];
  const paths = pathsIn(await runOrFail("Debian's packages", [...install, ...names], { env }));
  const known = archivesIn(await runOrFail("Debian's packages", ["apt-cache", "dumpavail"], { env }));
  return paths.map((path) => {
    const archive = known.get(path.slice(path.indexOf("pool/")));
    if (archive === undefined) throw new Problem(`Debian's lists do not tell the digest of ${path}`);
    return { ...archive, path };
  });
}

/** Writes the lock files of every architecture. */
export async function updateLocks(): Promise<void> {
  await requireTools();
  const progress = new Progress("Userland");
  const made = new Date();
  const folder = await mkdtemp(join(tmpdir(), "userland-"));
  try {
    for (const architecture of architectures) {
      progress.update(`reading Debian's lists for ${architecture}`);
      const archives = await resolve(architecture, join(folder, architecture));
      await writeWhole(lockFile(architecture), lockText({ made, archives }), 0o644);
      progress.note(`${architecture}: ${archives.length} packages`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  progress.done("the lock files say what Debian has now; `npm run up` takes it");
}
