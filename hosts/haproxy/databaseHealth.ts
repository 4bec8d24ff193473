/** On each database host: tells over HTTPS whether the node may be used (synced, in the primary component). */
import type { Layout } from "../layout.ts";
import { ports } from "../ports.ts";
import { type ServiceSpec, serviceSpec } from "../service.ts";
import type { TlsPaths } from "../tlsFiles.ts";
import { globalSection, haproxyCheck, haproxyCommand, section } from "./common.ts";
import { loginPacket, quitPacket, stateQueryPacket, usable } from "./mysqlCheck.ts";

/** What a database host's health responder is told. */
export interface DatabaseHealthInput {
  readonly layout: Layout;
  /** Unix socket of the database server. */
  readonly mysqlSocket: string;
  /** Common names of client certificates that may ask. */
  readonly callers: readonly string[];
  readonly tls: TlsPaths;
}

const configurationPath = (layout: Layout) => `${layout.etc}/database-health/haproxy.cfg`;

/** Configuration file of the health responder: `GET /` → 200 or 503. */
export function renderDatabaseHealth({ mysqlSocket, callers, tls }: DatabaseHealthInput): string {
  return [
    globalSection({ connections: 500, threads: 1, minimumTlsVersion: "1.3", socket: null }),
    section("defaults", [
      "mode http",
      "log global",
      "timeout connect 300ms",
      "timeout client 5s",
      "timeout server 5s",
      "timeout check 1s",
    ]),
    section("frontend health", [
      `bind :${ports.databaseHealth} ssl crt ${tls.combined} ca-file ${tls.ca} verify required`,
      "no log",
      `http-request deny deny_status 403 unless { ssl_c_s_dn(cn) -m str ${callers.join(" ")} }`,
      "http-request return status 200 content-type text/plain string usable if { nbsrv(node) gt 0 }",
      'http-request return status 503 content-type text/plain string "not synced, not in the primary component, or read-only"',
    ]),
    section("backend node", [
      "mode tcp",
      "option tcp-check",
      "tcp-check connect",
      // The greeting names the authentication that the next packet answers.
      "tcp-check expect string mysql_native_password comment greeting",
      `tcp-check send-binary ${loginPacket()}`,
      "tcp-check expect binary 00000002 comment login",
      `tcp-check send-binary ${stateQueryPacket()}`,
      `tcp-check expect string ${usable} comment state`,
      `tcp-check send-binary ${quitPacket()}`,
      `server node unix@${mysqlSocket} check inter 200ms fastinter 100ms fall 2 rise 1`,
    ]),
  ].join("");
}

/** Configuration at `etc/database-health/haproxy.cfg`; the user must be let into the database's socket folder. */
export function databaseHealthService(layout: Layout): ServiceSpec {
  const configuration = configurationPath(layout);
  return serviceSpec({
    name: "database-health",
    command: haproxyCommand(configuration),
    user: "haproxy",
    reload: "USR2",
    validate: haproxyCheck(configuration),
    ready: { port: ports.databaseHealth },
  });
}
