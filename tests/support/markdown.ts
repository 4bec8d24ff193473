/** What the check of the pages reads from Markdown. Pure. */

const withoutCode = (text: string) =>
  text.replace(/^(```|~~~)[\s\S]*?^\1.*$/gm, "").replace(/`[^`\n]*`/g, "");

/** Code of a page: fenced blocks and code in lines. */
const codeOf = (text: string) =>
  [...text.matchAll(/^(```|~~~)[^\n]*\n([\s\S]*?)^\1|`([^`\n]+)`/gm)].map(
    ([, , block, inline]) => block ?? inline ?? "",
  );

/** Targets of a page's links and pictures. */
export function linksOf(text: string): readonly string[] {
  const prose = withoutCode(text);
  return [
    ...[...prose.matchAll(/\]\(\s*<?([^\s)>]+)>?[^)]*\)/g)].map(([, target = ""]) => target),
    ...[...prose.matchAll(/^\[[^\]]+\]:\s+(\S+)/gm)].map(([, target = ""]) => target),
  ];
}

/** Anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [, title = ""] of text
    .replace(/^(```|~~~)[\s\S]*?^\1.*$/gm, "")
    .matchAll(/^#{1,6}\s+(.+?)\s*$/gm)) {
    const base = title
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-");
    let anchor = base;
    for (let number = 1; found.has(anchor); number += 1) anchor = `${base}-${number}`;
    found.add(anchor);
  }
  return found;
}

/** Names of npm scripts that a page runs. */
export function npmScriptsOf(text: string): readonly string[] {
  return codeOf(text).flatMap((code) =>
    [...code.matchAll(/\bnpm run (?:-\S+ )*([a-z][\w:-]*)/g)].map(([, name = ""]) => name),
  );
}

/** Subcommands of Pulumi that a page runs. */
export function pulumiCommandsOf(text: string): readonly string[] {
  return codeOf(text).flatMap((code) =>
    [...code.matchAll(/(?:^|[\n;&|(]\s*|\$ )pulumi (?:-C \S+ )?([a-z]+)\b/g)].map(([, name = ""]) => name),
  );
}

/** TypeScript of a page, and the file that it says to quote: null where it names none. */
export interface Quote {
  readonly file: string | null;
  readonly code: string;
}

/** Blocks of TypeScript, each below a line `<!-- quoted from FILE -->`. */
export function quotesOf(text: string): readonly Quote[] {
  return [...text.matchAll(/(?:<!-- quoted from (\S+) -->\n+)?^```ts\n([\s\S]*?)^```/gm)].map(
    ([, file, code = ""]) => ({ file: file ?? null, code }),
  );
}

/** Whether a file has these lines one after the other, however far they are indented. */
export function hasLines(source: string, code: string): boolean {
  const lines = (all: string) =>
    all
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "")
      .join("\n");
  return `\n${lines(source)}\n`.includes(`\n${lines(code)}\n`);
}
