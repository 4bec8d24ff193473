/** The monitor's store of every host's logs. */
import type { Layout, Peer } from "../layout.ts";
import { keptLine } from "../limits.ts";
import { ports } from "../ports.ts";
import type { TlsPaths } from "../tlsFiles.ts";
import { framing, lineTemplate, macro, mutualTls, ownLogs, statement, word } from "./syslogNg.ts";

/** What the store is told. */
export interface LogStoreInput {
  readonly layout: Layout;
  /** Name of the monitor itself. */
  readonly host: string;
  /** Every host whose lines are kept, the monitor too. */
  readonly hosts: readonly Peer[];
  /** The monitor's certificate (user agent). */
  readonly tls: TlsPaths;
  /** Who else gets the lines; nobody where nothing is configured. */
  readonly copies?: LogCopies;
}

/** Further receivers, as syslog-ng's statements and the branches of the log that lead to them. */
export interface LogCopies {
  readonly statements: string;
  readonly branches: readonly string[];
}

/** Folder with a folder a host. */
export const logStore = (layout: Layout): string => `${layout.data}/logs`;

/** The program that writes a host's lines, given on its standard input, into the host's folder: `writer HOST`. */
export const logWriter = (layout: Layout): string => `${layout.etc}/logs/writer`;

/** What is kept. */
export interface LogLimits {
  /** Every host, the monitor too: each has a folder of its own. */
  readonly hosts: readonly string[];
  /** MiB of all hosts together. */
  readonly keptMiB: number;
}

const mebibyte = 1_048_576;

/** Parts of a host's share: the oldest goes when the share is used up. */
const parts = 10;

/** Smallest file, as s6-log permits. */
const smallestFile = 4096;

/** The writer: s6-log, with the host's share of the space. By itself it makes several lines of more than 8192 bytes. */
export function renderLogWriter(layout: Layout, { hosts, keptMiB }: LogLimits): string {
  const share = Math.floor((keptMiB * mebibyte) / Math.max(1, hosts.length));
  const size = Math.max(smallestFile, Math.floor(share / parts));
  return `#!/bin/sh\nexec s6-log -b -l ${keptLine} n${parts * 10} s${size} S${share - size} "${logStore(layout)}/$1"\n`;
}

/** Shell line that removes what is older than so many days; a file goes when its last line is. */
export const pruneLogs = (layout: Layout, days: number): string =>
  `find ${logStore(layout)} -type f -name '@*' -mmin +${days * 24 * 60} -delete 2>/dev/null`;

/** Connections of hosts at once, and the lines of each that are read before the next one's turn. */
const mostCallers = 1000;
const linesAtOnce = 100;

const storeOf = (name: string) => `store_${name.replaceAll("-", "_")}`;

/**
 * A writer a host, chosen by comparing names: one writer for all would have to match every line against a pattern
 * for every host (measured: a quarter of all that a request cost).
 */
const destination = (layout: Layout, name: string) =>
  statement(`destination ${storeOf(name)}`, [
    `program(${word(`exec ${logWriter(layout)} ${name}`)} template("${lineTemplate}\\n"));`,
  ]);

/** Configuration of the monitor's syslog-ng: what it receives and reads itself into the store. */
export function renderLogStore({ layout, host, hosts, tls, copies }: LogStoreInput): string {
  return [
    ownLogs(layout, host),
    statement("source hosts", [
      [
        `network(transport("tls") port(${ports.logs}) max-connections(${mostCallers})`,
        // The window is shared by all that may call.
        `log-fetch-limit(${linesAtOnce}) log-iw-size(${linesAtOnce * mostCallers}) ${framing} ${mutualTls(tls)});`,
      ].join(" "),
    ]),
    // Which host it is says its certificate, whatever the line claims.
    statement("rewrite caller", [`set(${word(macro(".tls.x509_cn"))} value("HOST"));`]),
    // syslog-ng (4.8) does not know the verified name yet for a line that comes in one piece with the end of the handshake.
    statement(
      "rewrite nameless",
      hosts.map(
        ({ name, address }) =>
          `set(${word(name)} value("HOST") condition(netmask(${word(`${address}/32`)})));`,
      ),
    ),
    ...hosts.map(({ name }) => destination(layout, name)),
    copies?.statements ?? "",
    statement("log", [
      "junction {",
      "  channel { source(own); rewrite(labels); };",
      '  channel { source(hosts); rewrite(caller); if (host("" type(string))) { rewrite(nameless); }; };',
      "};",
      ...(copies?.branches ?? []),
      // A full disk stops the reading; who gets copies stops nobody. No other store is asked once one has the line.
      ...hosts.map(
        ({ name }) =>
          `log { filter { host(${word(name)} type(string)) }; destination(${storeOf(name)}); flags(flow-control, final); };`,
      ),
    ]),
  ].join("");
}
