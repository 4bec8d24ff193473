/** What the validator found, as findings in words. Pure. */
import type { z } from "zod";
import { pathText, removeCommand, setCommand, setSecretCommand } from "./commands.ts";
import type { Finding } from "./findings.ts";
import { alternativesOf, holdsSecret, type Key, keysAt, namesIn, typesOf } from "./keys.ts";
import { nearest } from "./nearest.ts";
import { formOf, givenWords } from "./words.ts";

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

/** Where every key is described. */
const reference = "docs/configuration.md";

/** Stands in the place of the validator's own wording, so that a message written in the schema is told from it. */
export const noMessage = "~";

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, part)
        ? Reflect.get(inner, part)
        : undefined,
    value,
  );
}

/** A valid value to show: the example, the default, the first choice, the least number. */
export function sampleOf(node: Key): string | number | boolean {
  const candidates = alternativesOf(node).flatMap((option) => [
    option.example,
    option.default,
    option.const,
    ...(option.enum ?? []),
    option.minimum,
    ...(option.type === "boolean" ? [true] : []),
  ]);
  return (
    candidates.find(
      (value) => typeof value === "string" || typeof value === "number" || typeof value === "boolean",
    ) ?? "VALUE"
  );
}

/** The first key at or below a path that holds a plain value: what one `pulumi config set` line can set. */
export function firstLeaf(node: Key, path: Path): { readonly node: Key; readonly path: Path } {
  if (node.items) {
    const first: unknown = Array.isArray(node.default) ? node.default[0] : undefined;
    const items = first === undefined ? node.items : { ...node.items, default: first };
    return firstLeaf(items, [...path, 0]);
  }
  const [name] = namesIn(node);
  const child = name === undefined ? undefined : keysAt(node, [name])[0];
  return name === undefined || child === undefined ? { node, path } : firstLeaf(child, [...path, name]);
}

/** The line that sets the key, or the first plain value below it, to something valid. */
export function sampleCommand(node: Key, path: Path): string {
  const leaf = firstLeaf(node, path);
  return leaf.node.secret === true ? setSecretCommand(leaf.path) : setCommand(leaf.path, sampleOf(leaf.node));
}

function valueRemedy(node: Key, path: Path): string {
  const structured = typesOf(node).some((type) => type === "object" || type === "array");
  return structured
    ? `Write it in the stack's file as in ${reference}, or begin it with: ${sampleCommand(node, path)}`
    : `Mend it with, for example: ${sampleCommand(node, path)}`;
}

/** Every path of a named key, alternatives and lists included. */
function pathsNamed(node: Key, name: string, path: Path = []): readonly Path[] {
  return namesIn(node).flatMap((child) => {
    const at = [...path, child];
    const below = keysAt(node, [child]).flatMap((inner) =>
      pathsNamed(inner.items ?? inner, name, inner.items ? [...at, 0] : at),
    );
    return child === name ? [at, ...below] : below;
  });
}

function unknownKey(root: Key, path: Path): Finding {
  const name = String(path.at(-1));
  const parents = keysAt(root, path.slice(0, -1));
  const siblings = parents.flatMap(namesIn);
  const close = nearest(name, siblings);
  const [elsewhere] = close === null ? pathsNamed(root, name) : [];
  const meant = close === null ? elsewhere : [...path.slice(0, -1), close];
  if (meant === undefined) {
    return {
      path: pathText(path),
      problem: "is not a key of this program",
      remedy: `Remove it with: ${removeCommand(path)} (the keys here: ${siblings.join(", ")})`,
    };
  }
  const [node = {}] = keysAt(root, meant);
  return {
    path: pathText(path),
    problem: "is not a key of this program",
    remedy: `Did you mean ${pathText(meant)}? Move it with: ${removeCommand(path)}; then: ${sampleCommand(node, meant)}`,
  };
}

function wrongValue(root: Key, input: unknown, issue: Issue): Finding {
  const alternatives = keysAt(root, issue.path);
  const node: Key = alternatives.length === 1 ? (alternatives[0] ?? {}) : { anyOf: [...alternatives] };
  const value = valueAt(input, issue.path);
  const said = issue.message === noMessage ? null : issue.message;
  const finding = (problem: string): Finding => ({
    path: pathText(issue.path),
    problem,
    remedy: valueRemedy(node, issue.path),
  });
  if (value === undefined) return finding(`is missing; it must be ${formOf(node)}`);
  const demand = said ?? `must be ${formOf(node)}`;
  if (holdsSecret(node)) return finding(`is wrong (not shown, for it may hold a secret): it ${demand}`);
  const given = givenWords(value, node);
  // A rule about a whole structure says itself what is wrong with it.
  return finding(said !== null && typeof value === "object" ? said : `${given}, but ${demand}`);
}

function findingsOf(root: Key, input: unknown, issue: Issue): readonly Finding[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((name) => unknownKey(root, [...issue.path, name]));
  }
  if (issue.code === "invalid_key") {
    const names = keysAt(root, issue.path.slice(0, -1)).flatMap((node) => node.propertyNames ?? []);
    return [
      {
        path: pathText(issue.path),
        problem: `has a wrong name, which must be ${formOf(names[0] ?? {})}`,
        remedy: `Remove it with: ${removeCommand(issue.path)}`,
      },
    ];
  }
  return [wrongValue(root, input, issue)];
}

/**
 * The findings about some input.
 * @param root keys of the schema that was used, with `noMessage` as the validator's wording
 * @param input what was validated
 */
export function issueFindings(root: Key, input: unknown, issues: readonly Issue[]): readonly Finding[] {
  const findings = issues.flatMap((issue) => findingsOf(root, input, issue));
  return findings.filter(
    ({ path }, index) => findings.findIndex((earlier) => earlier.path === path) === index,
  );
}
