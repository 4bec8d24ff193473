/**
 * A host's logs on their way to the monitor, over mutual TLS. The files themselves are the queue: how far one was read
 * is written down when the monitor has taken the lines, so they are there on disk once, not a second time.
 */
import type { Layout } from "../layout.ts";
import { ports } from "../ports.ts";
import type { TlsPaths } from "../tlsFiles.ts";
import { framing, mutualTls, ownLogs, statement, word } from "./syslogNg.ts";

/** What a host's shipper is told. */
export interface LogShipperInput {
  readonly layout: Layout;
  /** Name of the host. */
  readonly host: string;
  /** Name of the monitor: resolvable, and in its certificate. */
  readonly monitor: string;
  /** The host's certificate (user agent). */
  readonly tls: TlsPaths;
}

/** Configuration of a host's syslog-ng. */
export function renderLogShipper({ layout, host, monitor, tls }: LogShipperInput): string {
  return [
    ownLogs(layout, host),
    statement("destination monitor", [
      `network(${word(monitor)} port(${ports.logs}) transport("tls") ${framing} ${mutualTls(tls)});`,
    ]),
    statement("log", ["source(own);", "rewrite(labels);", "destination(monitor);", "flags(flow-control);"]),
  ].join("");
}
