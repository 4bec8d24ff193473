/** Who can reach what, and how, as the Markdown tables of docs/security.md. Pure. */
import type { MatrixRow } from "../../components/flows.ts";
import type { Hop } from "../../components/hops.ts";

/** What a stack's outputs say of its connections, with tiers instead of members. */
export interface Reach {
  readonly firewallMatrix: readonly MatrixRow[];
  readonly tlsHops: readonly Hop[];
}

/** The same under a setting that changes them. */
export interface Variant extends Reach {
  /** The setting, as the page names it: `tls.mode: passthrough`; empty for the committed stack. */
  readonly when: string;
}

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");

const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Rows of every variant, each once, in their order; the last cell says under which settings it is there. */
function merged(
  variants: readonly Variant[],
  rowsOf: (reach: Reach) => readonly (readonly string[])[],
): readonly (readonly string[])[] {
  const keyed = variants.map(({ when, ...reach }) => ({
    when,
    rows: new Map(rowsOf(reach).map((row) => [row.join("\n"), row] as const)),
  }));
  const all = new Map(keyed.flatMap(({ rows }) => [...rows]));
  const base = keyed.find(({ when }) => when === "");
  return [...all].map(([key, row]) => {
    const having = keyed.filter(({ rows }) => rows.has(key)).map(({ when }) => when);
    const lacking = keyed.filter(({ rows }) => !rows.has(key)).map(({ when }) => when);
    const only =
      base?.rows.has(key) === true
        ? lacking.map((when) => `not with \`${when}\``)
        : having.map((when) => `with \`${when}\``);
    return [...row, only.join(", ") || "always"];
  });
}

/** A member's name → its tier; parties outside the stack stay what they are. */
export type TierOf = (name: string) => string;

/** The permitted flows by tier. */
export function flowsTable(variants: readonly Variant[], tierOf: TierOf): string {
  const rows = merged(variants, ({ firewallMatrix }) =>
    firewallMatrix.map(({ from, to, port, why }) => [tierOf(from), tierOf(to), port, why]),
  );
  return table(["from", "to", "port", "why", "when"], rows);
}

/** The hops, and who checks whom on each. */
export function hopsTable(variants: readonly Variant[]): string {
  const yes = (value: boolean) => (value ? "yes" : "**no**");
  const rows = merged(variants, ({ tlsHops }) =>
    tlsHops.map((hop) => [
      hop.from,
      hop.to,
      hop.port,
      yes(hop.encrypted),
      yes(hop.authenticated),
      hop.caller,
      hop.note,
    ]),
  );
  return table(
    [
      "from",
      "to",
      "port",
      "encrypted",
      "the caller checks whom it reached",
      "the caller is checked",
      "note",
      "when",
    ],
    rows,
  );
}

const begin = (name: string) => `<!-- ${name}: written by \`npm run docs\` -->`;
const end = (name: string) => `<!-- end of ${name} -->`;

/**
 * A page with what lies between the marks of a name replaced.
 * @throws Error when the page lacks the marks
 */
export function withPart(page: string, name: string, text: string): string {
  const [before, rest] = page.split(begin(name));
  const after = rest?.split(end(name))[1];
  if (before === undefined || after === undefined) throw new Error(`the page has no marks of ${name}`);
  return `${before}${begin(name)}\n\n${text}\n\n${end(name)}${after}`;
}
