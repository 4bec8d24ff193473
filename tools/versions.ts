import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { requireJson } from "../config/json.ts";
import { projectRoot } from "./paths.ts";

const packageFile = z.object({ version: z.string() });

/** Version of an installed npm package. */
export function packageVersion(name: string): string {
  const path = join(projectRoot, "node_modules", name, "package.json");
  return requireJson(readFileSync(path, "utf8"), packageFile, path, "run `npm ci`").version;
}

/** The three numbers of a version such as "v3.255.0" or "3.255.0-beta.1"; undefined for anything else. */
function numbers(version: string): readonly [number, number, number] | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version.trim());
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

/** Whether a version is the wanted one or newer; a text that is no version is not. */
export function isAtLeast(version: string, wanted: string): boolean {
  const have = numbers(version);
  const need = numbers(wanted);
  if (have === undefined || need === undefined) return false;
  for (const index of [0, 1, 2] as const) {
    if (have[index] !== need[index]) return have[index] > need[index];
  }
  return true;
}
