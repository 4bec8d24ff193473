/** A host's logs on their way to the monitor: over mutual TLS, kept on disk while the monitor is away. */
import type { Layout } from "../layout.ts";
import { ports } from "../ports.ts";
import type { TlsPaths } from "../tlsFiles.ts";
import { mutualTls, ownLogs, queue, statement, word } from "./syslogNg.ts";

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

/** Bytes kept while the monitor is away; then reading stops, and the files themselves hold what follows. */
const queueBytes = 67_108_864;

/** Configuration of a host's syslog-ng. */
export function renderLogShipper({ layout, host, monitor, tls }: LogShipperInput): string {
  return [
    ownLogs(layout, host),
    statement("destination monitor", [
      `syslog(${word(monitor)} port(${ports.logs}) transport("tls") ${mutualTls(tls)} ${queue(layout, queueBytes)});`,
    ]),
    statement("log", ["source(own);", "rewrite(labels);", "destination(monitor);", "flags(flow-control);"]),
  ].join("");
}
