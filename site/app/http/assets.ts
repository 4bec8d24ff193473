import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Folder of the static files. */
export const publicFolder = join(import.meta.dirname, "..", "..", "public");

/**
 * Version of an asset: the first 12 hex digits of its SHA-256. It goes into the query of its URL, so that
 * browsers may keep the asset for a year and still get a new one the moment it changes.
 */
export function assetVersion(name: string): string {
  const content = readFileSync(join(publicFolder, "assets", name));
  return createHash("sha256").update(content).digest("hex").slice(0, 12);
}

/** URL of an asset with its version. */
export function assetUrl(name: string): string {
  return `/assets/${name}?v=${assetVersion(name)}`;
}
