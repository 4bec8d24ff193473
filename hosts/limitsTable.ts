/** The limits as site/README.md tells them: a part of `npm run docs`. Pure. */
import {
  balancerSilence,
  headerCount,
  logLine,
  passedOnSilence,
  repeatableRequest,
  sizes,
  times,
} from "./limits.ts";

const kib = (bytes: number) => `${bytes / 1024} KiB`;
const seconds = (count: number) => `${count} s`;

const rows: readonly (readonly [what: string, limit: string, beyond: string, clouds: string])[] = [
  ["request line (method, URL, version)", kib(sizes.requestLine), "414", "both; an ALB itself: 16 KiB"],
  ["one request header; all cookies are one", kib(sizes.requestHeader), "431", "both; an ALB itself: 16 KiB"],
  [
    "request line and headers together",
    kib(sizes.requestHead),
    "431 (1 KiB of play for what the tiers add); twice as much: 400",
    "both; an ALB itself: 64 KiB",
  ],
  [
    "number of request headers",
    String(headerCount),
    "400",
    "onebox, `reencrypt`; elsewhere their size alone counts",
  ],
  ["request body", "`limits.bodyKiB`", "413", "both; WAF looks at its first 8 KiB only"],
  [
    "request that is begun again, head and body together",
    kib(repeatableRequest),
    "it is begun once: 502",
    "onebox, `reencrypt`",
  ],
  [
    "head of an answer",
    kib(sizes.responseHead),
    "502, without another attempt",
    "both; an ALB itself: 32 KiB",
  ],
  ["body of an answer, and how long it takes", "none, while it moves", "", "both"],
  ["line of an access log", kib(logLine), "never: the longest URL fits, escaped", "both"],
  [
    "requests of an address",
    "`limits.requestsPer10s`",
    "429 with `Retry-After`",
    "both; WAF counts by the minute",
  ],
  [
    "connections of an address",
    "`limits.connections`",
    "the connection is closed (`passthrough`: 429)",
    "onebox; AWS `passthrough`",
  ],
  [
    "time until a request's head is here",
    seconds(times.requestHead),
    "408, or the connection ends",
    "both; an ALB itself: idle time",
  ],
  ["silence within a request's body", seconds(times.uploadSilence), "408, or the connection ends", "both"],
  [
    "silence of the application: before its answer, in it, on a WebSocket",
    seconds(times.silence),
    "504 before an answer, else the connection ends",
    `both; balancers wait ${seconds(balancerSilence)}`,
  ],
  [
    "a visitor who takes nothing of an answer",
    seconds(balancerSilence),
    "the connection ends",
    `both; \`passthrough\`: ${seconds(times.silence)}`,
  ],
  [
    "a visitor's connection between two requests",
    seconds(times.idleConnection),
    "it is closed",
    `both; an ALB: ${seconds(balancerSilence)}`,
  ],
  [
    "silence on a connection that is passed on unread",
    seconds(passedOnSilence),
    "it is closed",
    "onebox; an NLB: 350 s",
  ],
  [
    "what is under way when a web server is taken out for a change",
    "`limits.drainSeconds`",
    "the change goes on; the application ends within 10 s, and what it still serves is cut",
    "both",
  ],
  [
    "what is under way when a configuration is reloaded",
    "`limits.finishSeconds`",
    "the connection ends",
    "onebox; servers on AWS are replaced instead",
  ],
  [
    "`schema.sql` at a deployment",
    "`database.schemaSeconds`",
    "the deployment fails; what the database has begun goes on",
    `both; AWS: ${900 - times.setUp} s at most`,
  ],
  [
    "a copy of the database, its set-up, its recovery after a crash",
    seconds(times.databaseCopy),
    "the deployment, backup or restore fails",
    "onebox",
  ],
  [
    "a database server that starts or fetches what it lacks",
    `none, while its data moves; standing still: ${seconds(times.databaseSilence)}`,
    "the deployment fails",
    "onebox",
  ],
];

const head = ["what", "limit", "beyond it", "clouds"] as const;

/** The table, as Markdown. */
export function renderLimitsTable(): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [first, ...others] = all.map(line);
  return [first, line(widths.map((width) => "-".repeat(width))), ...others].join("\n");
}

/** A page with its table of limits as it is now: the one whose first column is called `what`. */
export const withLimitsTable = (page: string): string =>
  page.replace(/^\| what .*\n(\|.*\n)*/m, () => `${renderLimitsTable()}\n`);
