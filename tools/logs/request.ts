/** What is asked of the logs, as lnav's command line. Pure. */
import { join } from "node:path";
import { projectRoot } from "../paths.ts";

/** What somebody wants to see. */
export interface LogRequest {
  /** Pattern (PCRE) that lines must match; undefined: all. */
  readonly search: string | undefined;
  /** Oldest line, Unix milliseconds; undefined: from the beginning. */
  readonly since: number | undefined;
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * A point in time: `90s`, `10m`, `2h`, `3d` ago, or an ISO date with or without time, UTC where it names no zone.
 * @param now Unix milliseconds
 * @returns Unix milliseconds; null when it is neither
 */
export function sinceOf(text: string, now: number): number | null {
  const [, count, unit = ""] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return now - Number(count) * (units[unit] ?? 0);
  if (!/^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/.test(text)) return null;
  const zoned = /(Z|[+-]\d{2}:\d{2})$/.test(text.slice(10)) || text.length === 10 ? text : `${text}Z`;
  const time = Date.parse(zoned.replace(" ", "T"));
  return Number.isNaN(time) ? null : time;
}

/** What lnav knows of the stack's lines: by itself it takes a file of few lines for text without times. */
const formats = join(projectRoot, "tools/logs/lnav");

/**
 * The command that shows the files' lines, merged in the order of their times.
 * @param screen whether on a terminal, else as plain lines
 */
export function lnavCommand(
  { search, since }: LogRequest,
  files: readonly string[],
  screen: boolean,
): string[] {
  const commands = [
    ...(search === undefined ? [] : [`:filter-in ${search}`]),
    ...(since === undefined ? [] : [`:hide-lines-before ${new Date(since).toISOString().slice(0, -1)}`]),
  ];
  const how = ["-I", formats, ...(screen ? [] : ["-n"])];
  return ["lnav", ...how, ...commands.flatMap((line) => ["-c", line]), ...files];
}

/** The command that prints the last lines of the files, and each new one as it comes. */
export const followCommand = (files: readonly string[]): string[] => [
  ...["tail", "--quiet", "--follow=name", "--retry", "--lines=20"],
  ...files,
];
