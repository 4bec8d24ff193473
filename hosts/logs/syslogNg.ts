/** What every syslog-ng of the stack has in common: its options, what it reads of its own host, how it is run. */
import type { Layout, ServiceUser } from "../layout.ts";
import { keptLine } from "../limits.ts";
import { type ServiceSpec, serviceSpec } from "../service.ts";
import type { TlsPaths } from "../tlsFiles.ts";

/** Who reads, sends and keeps logs. */
export const logUser = "agent" satisfies ServiceUser;

/** Where the configuration lies. */
export const logConfiguration = (layout: Layout): string => `${layout.etc}/logs/syslog-ng.conf`;

/** Control socket: counters are asked for here. */
export const logControl = (layout: Layout): string => `${layout.run}/logs/control.sock`;

/** What must survive a restart: how far each file was read, and what could not be sent yet. */
export const logState = (layout: Layout): string => `${layout.data}/log-state`;

/** A value as one word of the configuration; its macros (`$`) stay macros. */
export const word = (text: string): string => `"${text.replaceAll(/["\\]/g, "\\$&")}"`;

/** One statement. */
export const statement = (head: string, lines: readonly string[]): string =>
  `${head} {\n${lines.map((line) => `  ${line}\n`).join("")}};\n`;

/** Only the stack's own authority is believed, in both directions, and only TLS 1.3 is spoken. */
export const mutualTls = ({ ca, certificate, key }: TlsPaths): string =>
  [
    "tls(",
    `ca-file(${word(ca)}) cert-file(${word(certificate)}) key-file(${word(key)})`,
    'peer-verify(required-trusted) ssl-options("no-sslv2", "no-sslv3", "no-tlsv1", "no-tlsv11", "no-tlsv12"))',
  ].join(" ");

/**
 * How a line travels: with the labels of RFC 5424, up to its line feed. A length before each line would be a second
 * TLS record and a second packet for every line.
 */
export const framing = "flags(syslog-protocol)";

/** Seconds between two attempts to reach who is away. */
export const retrySeconds = 5;

/** What a template puts in for a name. */
export const macro = (name: string): string => `\${${name}}`;

/** A line as it is kept and shown: when, which host, which service, what. */
export const lineTemplate = ["ISODATE", "HOST", "PROGRAM", "MESSAGE"].map(macro).join(" ");

/** Options, and the source `own`: every log of the host, line by line. */
export function ownLogs(layout: Layout, host: string): string {
  const files = ["current", "*.json", "*.log"];
  return [
    "@version: 4.8\n",
    statement("options", [
      // One thread: handing each line from thread to thread costs more than the work on it (measured: twice as much).
      "threaded(no);",
      "keep-hostname(yes);",
      "use-dns(no);",
      "dns-cache(no);",
      'time-zone("UTC");',
      "frac-digits(3);",
      "stats(freq(0) level(1));",
      `log-msg-size(${keptLine});`,
      `time-reopen(${retrySeconds});`,
      "mark-freq(0);",
    ]),
    statement(
      "source own",
      files.map((pattern) =>
        [
          `wildcard-file(base-dir(${word(layout.log)}) filename-pattern(${word(pattern)}) recursive(yes)`,
          // Watches of the kernel are few a user (128 by default), and every host is root's: so it looks by itself.
          'monitor-method("poll") follow-freq(1) max-files(100) flags(no-parse));',
        ].join(" "),
      ),
    ),
    // The service is the folder, and the file where a service writes more than its output: `site`, `web/access`.
    statement("rewrite labels", [
      `set(${word(host)} value("HOST"));`,
      'set("$FILE_NAME" value("PROGRAM"));',
      `subst(${word(`^${layout.log}/(own/)?`)}, "" value("PROGRAM"));`,
      String.raw`subst("(/current|\\.json|\\.log)$", "" value("PROGRAM"));`,
    ]),
  ].join("");
}

/** Runs syslog-ng. `run/logs` and `data/log-state` must exist, writable by agent. */
export function logService(layout: Layout): ServiceSpec {
  const configuration = logConfiguration(layout);
  const paths = [
    `--cfgfile=${configuration}`,
    `--persist-file=${logState(layout)}/read.persist`,
    `--pidfile=${layout.run}/logs/syslog-ng.pid`,
    `--control=${logControl(layout)}`,
  ];
  return serviceSpec({
    name: "logs",
    command: ["syslog-ng", "--foreground", "--no-caps", "--stderr", ...paths],
    user: logUser,
    // Visitors first: the lines wait in their files.
    share: "less",
    reload: "HUP",
    // What was read is written down.
    stopTimeout: 10_000,
    validate: ["syslog-ng", "--syntax-only", "--no-caps", `--cfgfile=${configuration}`],
    ready: { socket: logControl(layout) },
  });
}
