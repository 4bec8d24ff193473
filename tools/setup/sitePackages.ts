import { join } from "node:path";
import { exists } from "../files.ts";
import { packagesAreInstalled } from "../lockfile.mjs";
import { projectRoot } from "../paths.ts";
import { Progress } from "../progress.ts";
import { runOrFail } from "../run.ts";

/** Installs the npm packages of the default website, which has a lockfile of its own. */
export async function installSitePackages(): Promise<void> {
  const folder = join(projectRoot, "site");
  if (!(await exists(join(folder, "package-lock.json")))) return;
  if (packagesAreInstalled(folder, { omitDev: true })) return;
  const progress = new Progress("Site packages");
  progress.update("installing from site/package-lock.json");
  await runOrFail("site packages", ["npm", "ci", "--omit=dev", "--no-audit", "--no-fund"], { cwd: folder });
  progress.done("installed from site/package-lock.json");
}
