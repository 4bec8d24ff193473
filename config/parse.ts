/** Raw configuration text to checked settings. Pure. */
import type { z } from "zod";
import { decodeValue } from "./decode.ts";
import type { Finding } from "./findings.ts";
import { issueFindings, noMessage } from "./issues.ts";
import { keysAt, keysOf } from "./keys.ts";
import { type Keeping, plainSecretFindings } from "./plainSecrets.ts";
import { crossFindings, duplicateServerNames } from "./rules.ts";
import { type Checked, schema } from "./schema.ts";
import { stackNameFindings } from "./stackNames.ts";

/** Either the settings, or everything that is wrong with them. */
export type Parsed =
  | { readonly ok: true; readonly settings: Checked }
  | { readonly ok: false; readonly findings: readonly Finding[] };

type Tree = Readonly<Record<string, unknown>>;

const keys = keysOf(schema);

const validate = (input: Tree) => schema.safeParse(input, { error: () => noMessage });

function without(value: unknown, path: readonly PropertyKey[]): unknown {
  const [part, ...rest] = path;
  if (Array.isArray(value)) {
    return value.map((entry, index) => (index === part ? without(entry, rest) : entry));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, entry]) => {
      if (name !== part) return [[name, entry]];
      return rest.length === 0 ? [] : [[name, without(entry, rest)]];
    }),
  );
}

const unknownPaths = (issues: readonly z.core.$ZodIssue[]) =>
  issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? issue.keys.map((name) => [...issue.path, name]) : [],
  );

/**
 * What can be known of settings that have faults: unknown keys left out, and each key of the first level left
 * out that has a fault of its own. So the rules still find what is wrong among the others.
 */
function salvage(input: Tree, issues: readonly z.core.$ZodIssue[]): Partial<Checked> {
  const broken = new Set(
    issues.filter(({ code }) => code !== "unrecognized_keys").map(({ path }) => path[0]),
  );
  const cleaned = unknownPaths(issues).reduce<unknown>((tree, path) => without(tree, path), input);
  const entries = Object.entries(cleaned ?? {}).filter(([name]) => !broken.has(name));
  const partial = schema.partial().safeParse(Object.fromEntries(entries));
  if (!partial.success) return {};
  const known: Partial<Checked> = {};
  return Object.assign(
    known,
    Object.fromEntries(Object.entries(partial.data).filter(([name]) => !broken.has(name))),
  );
}

/**
 * Checks the raw text of every key of the project's namespace (without the `foobar:`).
 * All findings at once, each with its path and remedy: first about single keys, then about keys together.
 * @param keeping how Pulumi and the stack's file keep secrets; plain ones are findings. Left out: not known
 * @param stack name of the stack. Left out: not known
 */
export function parseSettings(
  raw: Readonly<Record<string, string>>,
  keeping?: Keeping,
  stack?: string,
): Parsed {
  const input = Object.fromEntries(
    Object.entries(raw).map(([name, text]) => [name, decodeValue(text, keysAt(keys, [name])[0] ?? {})]),
  );
  const result = validate(input);
  const issues = result.success ? [] : result.error.issues;
  const known = result.success ? result.data : salvage(input, issues);
  const findings = [
    ...issueFindings(keys, input, issues),
    ...duplicateServerNames(input.servers),
    ...crossFindings(known),
    ...(stack === undefined ? [] : stackNameFindings(known, stack)),
    ...(keeping === undefined ? [] : plainSecretFindings(known, keeping)),
  ];
  return result.success && findings.length === 0
    ? { ok: true, settings: result.data }
    : { ok: false, findings };
}
