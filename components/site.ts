/** The website as a directory; its contract is in site/README.md. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { directoryDigest, StrayLinkError } from "../config/directoryDigest.ts";
import { findingsMessage } from "../config/findings.ts";
import { jsonOf } from "../config/json.ts";

/** A checked site directory. */
export interface Site {
  /** Absolute path. */
  readonly directory: string;
  /** SHA-256 over every file's path, mode and content, hex: a change of it rolls the servers. */
  readonly hash: string;
  /** Entry file of the application, relative to the directory. */
  readonly main: string;
  /** Idempotent DDL, or null for a site without a database. */
  readonly schemaSql: string | null;
}

const packageJson = z.object({
  main: z.string().min(1),
  dependencies: z.record(z.string(), z.string()).default({}),
});

const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** The application's entry and packages; null when package.json names no file of the directory. */
function applicationOf(directory: string): { main: string; missing: readonly string[] } | null {
  const path = join(directory, "package.json");
  if (!isFile(path)) return null;
  const parsed = jsonOf(readFileSync(path, "utf8"), packageJson);
  if (parsed === undefined) return null;
  const { main, dependencies } = parsed;
  const entry = join(directory, main);
  if (!entry.startsWith(`${directory}/`) || !isFile(entry)) return null;
  // The servers get the directory alone: a package further up would be found here and not there.
  const missing = Object.keys(dependencies).filter(
    (name) => !existsSync(join(directory, "node_modules", name)),
  );
  return { main, missing };
}

/** The digest of a directory, or why it cannot be published. */
function hashOf(directory: string): { readonly text: string; readonly problem: string | null } {
  try {
    return { text: directoryDigest(directory), problem: null };
  } catch (error) {
    if (!(error instanceof StrayLinkError)) throw error;
    return { text: "", problem: error.message };
  }
}

/**
 * Reads and checks a site directory.
 * @throws pulumi.RunError with every finding.
 */
export function readSite(configured: string): Site {
  const directory = resolve(configured);
  const at = "foobar:site.directory";
  const remedy = "See the contract in site/README.md";
  if (!existsSync(directory)) {
    throw new pulumi.RunError(
      findingsMessage("The website cannot be served:", [
        { path: at, problem: `${configured} does not exist`, remedy },
      ]),
    );
  }
  const application = applicationOf(directory);
  const hash = hashOf(directory);
  const findings = [
    ...(hash.problem === null
      ? []
      : [{ path: at, problem: hash.problem, remedy: "Only what lies in the directory is published" }]),
    ...(existsSync(join(directory, "public"))
      ? []
      : [{ path: at, problem: `${configured} has no folder public/`, remedy }]),
    ...(application === null
      ? [{ path: at, problem: `${configured}/package.json is missing, or its "main" names no file`, remedy }]
      : []),
    ...(application?.missing ?? []).map((name) => ({
      path: at,
      problem: `${name} of ${configured}/package.json is not installed`,
      remedy: existsSync(join(directory, "package-lock.json"))
        ? `Run: npm ci --omit=dev --prefix ${configured}`
        : `Run: npm install --omit=dev --prefix ${configured}`,
    })),
  ];
  if (application === null || findings.length > 0) {
    throw new pulumi.RunError(findingsMessage("The website cannot be served:", findings));
  }
  const schema = join(directory, "schema.sql");
  return {
    directory,
    hash: hash.text,
    main: application.main,
    schemaSql: existsSync(schema) ? readFileSync(schema, "utf8") : null,
  };
}
