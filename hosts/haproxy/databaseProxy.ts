/** On each web host: the loopback side of the database. TCP only: the application's TLS goes through to the node. */
import type { Layout, Peer } from "../layout.ts";
import { ports } from "../ports.ts";
import { type ServiceSpec, serviceSpec } from "../service.ts";
import type { TlsPaths } from "../tlsFiles.ts";
import { globalSection, haproxyCheck, haproxyCommand, section } from "./common.ts";
import { loadOneWriter } from "./oneWriter.ts";

/** What a web host's database proxy is told. */
export interface DatabaseProxyInput {
  readonly layout: Layout;
  /** Name of the web host it runs on; one of `peers`. */
  readonly host: string;
  /** Database nodes, in the order in which they become the writer. */
  readonly databases: readonly Peer[];
  /** All web hosts, which agree on the writer. */
  readonly peers: readonly Peer[];
  readonly tls: TlsPaths;
}

const configurationPath = (layout: Layout) => `${layout.etc}/database-proxy/haproxy.cfg`;

/** The nodes beginning with another one on each web host: few connections are held, and all nodes shall be read. */
function readersFrom({ host, databases, peers }: DatabaseProxyInput): readonly Peer[] {
  const place = peers.findIndex(({ name }) => name === host);
  const first = Math.max(0, place) % databases.length;
  return [...databases.slice(first), ...databases.slice(0, first)];
}

/** Configuration file of the database proxy; it loads the program of `renderOneWriter`. */
export function renderDatabaseProxy(input: DatabaseProxyInput): string {
  const { layout, host, databases, peers, tls } = input;
  const checkedBy = `verify required ca-file ${tls.ca} crt ${tls.combined}`;
  return [
    globalSection({
      connections: 1000,
      threads: 1,
      minimumTlsVersion: "1.3",
      socket: `${layout.run}/database-proxy/admin.sock`,
      more: [`localpeer ${host}`, loadOneWriter(layout)],
    }),
    section("defaults", [
      "mode tcp",
      "log global",
      "option dontlognull",
      // The application's own pool decides how long a connection lives; a dead peer is found by keep-alive.
      "timeout client 10m",
      "timeout server 10m",
      "timeout connect 300ms",
      "timeout check 1s",
      "option clitcpka",
      "option srvtcpka",
      "retries 3",
      "option redispatch 1",
    ]),
    section("peers web-hosts", [
      `bind :${ports.stickPeers} ssl crt ${tls.combined} ca-file ${tls.ca} verify required`,
      `default-server ssl ${checkedBy}`,
      ...peers.map(({ name, address }) =>
        name === host
          ? `server ${name}`
          : `server ${name} ${address}:${ports.stickPeers} sni str(${name}) verifyhost ${name}`,
      ),
    ]),
    section("frontend statistics", [
      "mode http",
      `bind 127.0.0.1:${ports.databaseProxyStatistics}`,
      "no log",
      "http-request use-service prometheus-exporter if { path /metrics }",
    ]),
    section("frontend to-writer", [
      "option tcplog",
      `bind 127.0.0.1:${ports.mysql}`,
      "default_backend writer",
    ]),
    section("frontend to-readers", [
      "option tcplog",
      `bind 127.0.0.1:${ports.mysqlReaders}`,
      "default_backend readers",
    ]),
    section("backend writer", [
      // The first usable node, and then that one for as long as it is usable, on every web host (and oneWriter.ts):
      // one writer at a time, and no fail-back, which would interrupt a second time.
      "balance first",
      // One entry is ever kept; a change of it needs a second place for a moment, and fails silently in a full table.
      "stick-table type integer size 1000 nopurge peers web-hosts",
      "stick on int(1)",
      "option httpchk",
      "http-check send meth GET uri / ver HTTP/1.1 hdr Host database hdr Connection close",
      "http-check expect status 200",
      `default-server ${checkedBy} check check-ssl port ${ports.databaseHealth} inter 300ms fastinter 100ms fall 2 rise 2 on-marked-down shutdown-sessions`,
      ...databases.map(
        ({ name, address }) =>
          `server ${name} ${address}:${ports.mysql} check-sni ${name} verifyhost ${name}`,
      ),
    ]),
    section("backend readers", [
      "balance leastconn",
      "default-server on-marked-down shutdown-sessions",
      ...readersFrom(input).map(
        ({ name, address }) => `server ${name} ${address}:${ports.mysql} track writer/${name}`,
      ),
      // Nodes that are all read-only, their disks full, can still be read. One that must not be refuses by itself.
      "option allbackups",
      ...databases.map(({ name, address }) => `server ${name}-anyway ${address}:${ports.mysql} backup`),
    ]),
  ].join("");
}

/** `run/database-proxy` must exist, writable by haproxy; configuration at `etc/database-proxy/haproxy.cfg`. */
export function databaseProxyService(layout: Layout): ServiceSpec {
  const configuration = configurationPath(layout);
  return serviceSpec({
    name: "database-proxy",
    command: haproxyCommand(configuration),
    user: "haproxy",
    reload: "USR2",
    validate: haproxyCheck(configuration),
    ready: { port: ports.mysql },
  });
}
