/** Writes the content hashes of the assets into the static pages: run `node site/stamp.ts` after changing one. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assetVersion, publicFolder } from "./app/http/assets.ts";

/** The page with the version of every asset it names. */
export function stamped(page: string): string {
  return page.replace(/\/assets\/([\w.-]+)\?v=\w+/g, (_match, name: string) => {
    return `/assets/${name}?v=${assetVersion(name)}`;
  });
}

if (import.meta.main) {
  for (const name of readdirSync(publicFolder).filter((file) => file.endsWith(".html"))) {
    const path = join(publicFolder, name);
    writeFileSync(path, stamped(readFileSync(path, "utf8")));
  }
}
