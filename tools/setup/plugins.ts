import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { exists, startOf, writeWhole } from "../files.ts";
import { node24, projectRoot, pulumiHome } from "../paths.ts";
import { Progress } from "../progress.ts";
import { run } from "../run.ts";
import { packageVersion } from "../versions.ts";
import { launcherText, pluginFolderName } from "./standIn.ts";

/** Plugins for which the project has a stand-in, in `tools/airgap/<name>.ts`. */
const plugins = ["random", "tls"] as const;
type PluginName = (typeof plugins)[number];

const folderOf = (name: string, version: string): string =>
  join(pulumiHome, "plugins", pluginFolderName(name, version));
const launcherOf = (name: string): string =>
  launcherText(node24, join(projectRoot, "tools", "airgap", `${name}.ts`));

/** Present: an official plugin, or a stand-in whose launcher still points into this folder. */
async function isInstalled(name: PluginName, version: string): Promise<boolean> {
  const folder = folderOf(name, version);
  if (await exists(`${folder}.partial`)) return false;
  const start = await startOf(join(folder, `pulumi-resource-${name}`), 4096);
  return start !== undefined && (!start.startsWith("#!") || start === launcherOf(name));
}

async function installOfficial(
  pulumi: string,
  env: NodeJS.ProcessEnv,
  name: string,
  version: string,
): Promise<boolean> {
  const argv = [pulumi, "plugin", "install", "resource", name, version];
  return (await run(argv, { env, timeoutMs: 5 * 60 * 1000 })).code === 0;
}

async function installStandIn(name: PluginName, version: string): Promise<void> {
  const target = folderOf(name, version);
  await mkdir(join(pulumiHome, "plugins"), { recursive: true });
  const made = await mkdtemp(join(pulumiHome, `stand-in-${name}-`));
  try {
    await writeWhole(join(made, `pulumi-resource-${name}`), launcherOf(name), 0o755);
    await rm(`${target}.partial`, { force: true });
    await rm(target, { recursive: true, force: true });
    await rename(made, target);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/**
 * Sees to the provider plugins of @pulumi/random and @pulumi/tls: the official ones, else the stand-ins of
 * `tools/airgap/` with the same properties.
 * @param pulumi path of the CLI
 * @param env environment in which the CLI works on this project
 */
export async function installPlugins(pulumi: string, env: NodeJS.ProcessEnv): Promise<void> {
  const wanted = plugins.map((name) => ({ name, version: packageVersion(`@pulumi/${name}`) }));
  const states = await Promise.all(
    wanted.map(async (plugin) => ({ ...plugin, there: await isInstalled(plugin.name, plugin.version) })),
  );
  const missing = states.filter(({ there }) => !there);
  if (missing.length === 0) return;
  const title = (name: string, version: string): string => `${name} ${version}`;
  const progress = new Progress("Pulumi plugins");
  progress.begin(`getting ${missing.map(({ name, version }) => title(name, version)).join(" and ")}`);
  await Promise.all(
    missing.map(async ({ name, version }) => {
      // A launcher that points elsewhere (the project's folder was moved) counts as installed for the CLI.
      await rm(folderOf(name, version), { recursive: true, force: true });
      if (await installOfficial(pulumi, env, name, version)) {
        progress.done(`${title(name, version)} installed`);
        return;
      }
      await installStandIn(name, version);
      progress.note(
        `${title(name, version)} cannot be downloaded: using the project's stand-in tools/airgap/${name}.ts`,
      );
    }),
  );
}
