/** What `pulumi up` says while it works, as times of each kind of resource. Pure. */
import { columns } from "./figures.ts";

/** A line of output and when it came, seconds since the start of the command. */
export interface TimedLine {
  readonly at: number;
  readonly text: string;
}

/** When a resource was being made, seconds since the start of the command. */
export interface Span {
  readonly type: string;
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

const event = /^\s*\+\s+(?<type>[\w:/.-]+:[\w:/.-]+) (?<name>\S+) (?<what>creating|created)\b/;

/** The resources that were made, in the order in which they were done. */
export function spansIn(lines: readonly TimedLine[]): readonly Span[] {
  const begun = new Map<string, number>();
  const spans: Span[] = [];
  for (const { at, text } of lines) {
    const { type, name, what } = event.exec(text)?.groups ?? {};
    if (type === undefined || name === undefined) continue;
    const key = `${type} ${name}`;
    if (what === "creating") begun.set(key, begun.get(key) ?? at);
    else spans.push({ type, name, from: begun.get(key) ?? at, to: at });
  }
  return spans;
}

/** `onebox:index/host:Host` → `Host`; the tls and random providers' with their package. */
function kindOf(type: string): string {
  const [pkg = "", , kind = ""] = type.split(":");
  return pkg === "onebox" || pkg === "foobar" ? kind : `${pkg} ${kind}`;
}

/** Seconds during which at least one of the spans was under way. */
export function busySeconds(spans: readonly Span[]): number {
  let busy = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { from, to } of [...spans].sort((one, other) => one.from - other.from)) {
    busy += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return busy;
}

/** A table of the kinds, in the order in which the first of each began. */
export function shareTable(spans: readonly Span[], total: number): readonly string[] {
  const kinds = [...new Set(spans.map(({ type }) => type))]
    .map((type) => spans.filter((span) => span.type === type))
    .map((same) => ({
      kind: kindOf(same[0]?.type ?? ""),
      count: same.length,
      from: Math.min(...same.map(({ from }) => from)),
      to: Math.max(...same.map(({ to }) => to)),
      busy: busySeconds(same),
    }))
    .sort((one, other) => one.from - other.from);
  return columns([
    ["part", "count", "from, s", "to, s", "busy, s", "share"],
    ...kinds.map(({ kind, count, from, to, busy }) => [
      kind,
      String(count),
      from.toFixed(2),
      to.toFixed(2),
      busy.toFixed(2),
      `${((100 * busy) / total).toFixed(0)} %`,
    ]),
  ]);
}
