import { join, resolve } from "node:path";
import { exists } from "../files.ts";
import { packagesAreInstalled } from "../lockfile.mjs";
import { npmEnvironment, npmInstallation } from "../npm.mjs";
import { projectRoot } from "../paths.ts";
import { Progress } from "../progress.ts";
import { runOrFail } from "../run.ts";

/**
 * Installs the npm packages of a website by its own lockfile. One without a lockfile is left as it is: the program says
 * what it lacks.
 * @param site the website's directory, from the project's folder
 */
export async function installSitePackages(site: string): Promise<void> {
  const folder = resolve(projectRoot, site);
  if (!(await exists(join(folder, "package-lock.json")))) return;
  if (packagesAreInstalled(folder, { omitDev: true })) return;
  const progress = new Progress("Site packages");
  progress.update(`installing from ${site}/package-lock.json`);
  await runOrFail("site packages", npmInstallation(process.env, { omitDev: true }), {
    cwd: folder,
    env: npmEnvironment(process.env),
  });
  progress.done(`installed from ${site}/package-lock.json`);
}
