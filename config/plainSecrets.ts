/** Secrets that lie in a stack's file as plain text. Pure. */
import { pathText, setSecretCommand } from "./commands.ts";
import type { Finding } from "./findings.ts";
import { Secret } from "./secret.ts";

type Path = readonly PropertyKey[];

/** A secret, and what it is given beside. */
interface Found {
  readonly path: Path;
  readonly secret: Secret;
  readonly beside: unknown;
}

function secretsIn(value: unknown, path: Path, beside: unknown): readonly Found[] {
  if (value instanceof Secret) return [{ path, secret: value, beside }];
  if (Array.isArray(value)) return value.flatMap((entry, index) => secretsIn(entry, [...path, index], value));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, entry]) => secretsIn(entry, [...path, name], value));
}

const loopback = "(?:localhost|127(?:\\.\\d{1,3}){3})(?::\\d+)?";
const loopbackServer = new RegExp(`^${loopback}$`);
const loopbackUrl = new RegExp(`^https?://${loopback}(?:/|$)`);

/** Whether it opens nothing but a server of this machine's own loopback, as one has while trying things out. */
const isHarmless = ({ secret, beside }: Found): boolean =>
  secret.matches(loopbackUrl) ||
  (typeof beside === "object" &&
    beside !== null &&
    "server" in beside &&
    loopbackServer.test(String(beside.server)));

/** What tells whether a secret is kept as one. */
export interface Keeping {
  /**
   * Names of the keys of the first level that Pulumi holds encrypted, wholly or in part: it does not tell which part.
   */
  readonly encrypted: ReadonlySet<string>;
  /** The stack's file, which tells the part; null where it is not to be had, as with `--config-file`. */
  readonly stackFile: string | null;
}

/**
 * Findings about secrets that anybody who reads the stack's file can read.
 * @param settings what is known of the settings, by the names of keys of the first level
 */
export function plainSecretFindings(settings: object, { encrypted, stackFile }: Keeping): readonly Finding[] {
  const isPlain = ({ path: [key], secret }: Found) =>
    !encrypted.has(String(key)) || (stackFile !== null && secret.standsIn(stackFile));
  return Object.entries(settings)
    .flatMap(([name, value]) => secretsIn(value, [name], settings))
    .filter((found) => isPlain(found) && !isHarmless(found))
    .map(({ path }) => ({
      path: pathText(path),
      problem: "is a secret, and lies in the stack's file as plain text",
      remedy: `Make a new one if others could read the file, and run: ${setSecretCommand(path)}`,
    }));
}
