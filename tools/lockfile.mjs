import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @param {string} path
 * @returns {{packages?: object} | undefined} undefined when there is no such file or it is not whole
 */
function lockIn(path) {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8")) ?? undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads the `packages` table of a lockfile.
 * @param {string} path
 * @returns {Map<string, {version: string, optional: boolean, dev: boolean}> | undefined} undefined when there is
 *   no such file or it is not whole: npm, which is asked to install then, says what is wrong with the committed one
 */
function lockedPackages(path) {
  const lock = lockIn(path);
  if (lock === undefined) return undefined;
  const table = new Map();
  for (const [place, entry] of Object.entries(lock.packages ?? {})) {
    if (place === "") continue;
    table.set(place, {
      version: String(entry.version),
      optional: Boolean(entry.optional),
      dev: Boolean(entry.dev),
    });
  }
  return table;
}

/**
 * Whether node_modules of a folder holds what its package-lock.json says. npm writes its hidden lockfile last, so
 * an interrupted installation counts as not installed.
 * @param {string} folder
 * @param {{omitDev?: boolean}} [options] omitDev: packages for development may be missing
 */
export function packagesAreInstalled(folder, { omitDev = false } = {}) {
  const wanted = lockedPackages(join(folder, "package-lock.json"));
  const installed = lockedPackages(join(folder, "node_modules", ".package-lock.json"));
  if (wanted === undefined || installed === undefined) return false;
  for (const [place, { version, optional, dev }] of wanted) {
    const found = installed.get(place);
    const dispensable = optional || (omitDev && dev);
    if (found === undefined ? !dispensable : found.version !== version) return false;
  }
  return true;
}
