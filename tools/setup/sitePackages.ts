import { join } from "node:path";
import { exists } from "../files.ts";
import { packagesAreInstalled } from "../lockfile.mjs";
import { projectRoot } from "../paths.ts";
import { Progress } from "../progress.ts";
import { runOrFail } from "../run.ts";

/** No script of a package is run: the driver needs none. */
const installation = ["npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"];

/** Installs the npm packages of the default website, which has a lockfile of its own. */
export async function installSitePackages(): Promise<void> {
  const folder = join(projectRoot, "site");
  if (!(await exists(join(folder, "package-lock.json")))) return;
  if (packagesAreInstalled(folder, { omitDev: true })) return;
  const progress = new Progress("Site packages");
  progress.update("installing from site/package-lock.json");
  await runOrFail("site packages", installation, { cwd: folder });
  progress.done("installed from site/package-lock.json");
}
