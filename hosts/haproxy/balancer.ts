/** The load balancer: HTTPS, redirect, limits, health checks; decrypts and encrypts again, or passes through by SNI. */
import { failurePage, unavailablePage } from "../failurePage.ts";
import type { Layout, Peer } from "../layout.ts";
import { balancerBuffer, balancerSilence, headerCount, passedOnSilence, sizes, times } from "../limits.ts";
import { ports } from "../ports.ts";
import { ownMachine, securityHeaders, strictTransport } from "../securityHeaders.ts";
import { type ServiceSpec, serviceSpec } from "../service.ts";
import type { TlsPaths } from "../tlsFiles.ts";
import { globalSection, haproxyCheck, haproxyCommand, jsonLog, quoted, section } from "./common.ts";

/** What one visitor's address may use. */
export interface VisitorLimits {
  /** Requests in 10 s before 429. */
  readonly requestsPer10s: number;
  /** Connections held open at once. */
  readonly connections: number;
  /**
   * Largest request body, KiB, before 413. The web server is the one that says so: HAProxy, answering before the body
   * has come, resets the connection, and the visitor never sees why.
   */
  readonly bodyKiB: number;
  /** Seconds for which downloads and streams that are under way go on after a change of the configuration. */
  readonly finishSeconds: number;
}

/** What a balancer host is told. */
export interface BalancerInput {
  readonly layout: Layout;
  readonly host: string;
  /** The site's name: certificate, SNI, Host of health checks. */
  readonly domain: string;
  /** Addresses it answers on: the virtual one and its own. */
  readonly addresses: readonly string[];
  /** Addresses of gateways, from which the PROXY protocol is believed; from nobody else. */
  readonly gateways: readonly string[];
  readonly tlsMode: "reencrypt" | "passthrough";
  readonly minimumTlsVersion: "1.2" | "1.3";
  /** Visitor's certificate; unused in passthrough. */
  readonly visitorTls: TlsPaths;
  /** What it shows to the web servers, and the authority that it checks them against. */
  readonly serviceTls: TlsPaths;
  /** Web servers; each certificate carries the server's name. */
  readonly servers: readonly Peer[];
  readonly limits: VisitorLimits;
  /** HTTP port that a visitor came by → HTTPS port it is sent to: `{ 80: 443, 8080: 8443 }`. */
  readonly redirectPorts: Readonly<Record<number, number>>;
  /** Threads; measured on two cores, 1 takes twice the new TLS connections of 2 (OpenSSL 3.0). */
  readonly threads: number;
  /** Milliseconds over which a recovered server is brought to its full share. */
  readonly slowStartMs: number;
}

/**
 * Names in metrics and on the statistics page. `repeatable` serves requests that a visitor allows to be sent twice (GET
 * and HEAD by what they mean, others by an Idempotency-Key), `once` all others; both have the same servers.
 */
export const balancerNames = { frontend: "visitors", repeatable: "web", once: "web-once" } as const;

/** Connections of the whole balancer; about 35 kB each with TLS, so at most 350 MB. */
const allConnections = 10_000;
/** Addresses whose use is remembered at once; about 100 bytes each. */
const rememberedAddresses = 200_000;
/** Admin socket of the balancer, for draining. */
export function balancerSocket(layout: Layout): string {
  return `${layout.run}/balancer/admin.sock`;
}

/**
 * A line a request: at 12,000 a second a file lasts 8 s, and whoever reads it may be behind by as much. HAProxy does not
 * wait for who writes it and drops what does not fit (measured: 2 lines of 1000 with the usual 64 KiB on a machine whose
 * processors were all in use, none with this).
 */
const requestLog = { files: 3, bytes: 33_554_432, waiting: 1_048_576 };

/**
 * Holds 0 while the balancer runs, 1 while it does not: keepalived gives the virtual address away on it. The supervisor
 * writes it, so it lies in no folder of HAProxy's.
 */
export function balancerState(layout: Layout): string {
  return `${layout.run}/balancer.state`;
}

const configurationPath = (layout: Layout) => `${layout.etc}/balancer/haproxy.cfg`;

const believeGateways = ({ gateways }: BalancerInput) =>
  gateways.length === 0
    ? []
    : [`tcp-request connection expect-proxy layer4 if { src ${gateways.join(" ")} }`];

const limitConnections = ({ limits }: BalancerInput) => [
  `stick-table type ipv6 size ${rememberedAddresses} expire 30s store conn_cur,http_req_rate(10s)`,
  // After the PROXY protocol: the address is the visitor's, not the gateway's.
  "tcp-request session track-sc0 src",
  `tcp-request session reject if { sc_conn_cur(0) gt ${limits.connections} }`,
];

const binds = ({ addresses }: BalancerInput, port: number, rest = "") =>
  addresses.map((address) => `bind ${address}:${port}${rest}`);

const headers = Object.entries(securityHeaders).map(
  ([name, value]) =>
    `http-after-response set-header ${name} ${quoted(value)}${name === strictTransport ? " unless { var(txn.own) -m bool }" : ""}`,
);

function defaults(mode: "http" | "tcp"): string {
  return section(`defaults ${mode}`, [
    `mode ${mode}`,
    // At a reload a kept connection ends with its next answer: ended while idle, it may meet a request under way.
    ...(mode === "http" ? ["option idle-close-on-response"] : []),
    "log global",
    "option dontlognull",
    // A server that does not take a connection within this is passed over; the network is one hop.
    "timeout connect 300ms",
    `timeout client ${balancerSilence}s`,
    `timeout server ${balancerSilence}s`,
    "timeout client-fin 5s",
    "timeout server-fin 5s",
    "timeout queue 3s",
    "timeout check 1s",
    // Of a connection that was upgraded to a WebSocket, or that is not read at all.
    `timeout tunnel ${mode === "http" ? balancerSilence : passedOnSilence}s`,
    `timeout http-request ${times.requestHead}s`,
    `timeout http-keep-alive ${times.idleConnection}s`,
    // After the third attempt, two servers did not take it.
    "retries 2",
    "option redispatch 1",
    ...(mode === "http"
      ? [502, 503, 504].map(
          (status) => `http-error status ${status} content-type text/html string ${quoted(unavailablePage)}`,
        )
      : []),
  ]);
}

const time = '"%[date,utime(%Y-%m-%dT%H:%M:%SZ)]"';

/** What the metrics need comes first, so that a reader of the log need not look further. */
const accessLog = jsonLog({
  route: '"%[var(txn.route)]"',
  status: "%ST",
  // Without the time that a kept connection was idle.
  ms: "%Ta",
  time,
  id: '"%ID"',
  client: '"%ci"',
  tls: '"%sslv"',
  method: '"%[capture.req.method,json(utf8s)]"',
  uri: '"%[var(txn.uri),json(utf8s)]"',
  bytes: "%B",
  server: '"%s"',
  retries: '"%rc"',
  server_ms: "%Tr",
  end: '"%tsc"',
});

/** Begins unlike the visitors' own requests, which alone are counted. */
const redirectLog = jsonLog({
  kind: '"redirect"',
  status: "%ST",
  time,
  client: '"%ci"',
  method: '"%[capture.req.method,json(utf8s)]"',
  uri: '"%[var(txn.uri),json(utf8s)]"',
});

/** Of connections that are passed through: their requests are in the web servers' logs. */
const connectionLog = jsonLog({
  kind: '"connection"',
  ms: "%Tt",
  time,
  client: '"%ci"',
  name: '"%[capture.req.hdr(0),json(utf8s)]"',
  bytes: "%B",
  server: '"%s"',
  end: '"%ts"',
});

/** For the log: HAProxy's own copy of the address ends after 1024 bytes. */
const keepUri = "http-request set-var(txn.uri) pathq";

function redirect(input: BalancerInput): string {
  const target = (port: number) => (port === ports.https ? "" : `:${port}`);
  const rules = Object.entries(input.redirectPorts).map(
    ([from, to]) =>
      `http-request redirect code 301 location https://%[var(txn.host)]${target(to)}%[pathq] if { dst_port ${from} }`,
  );
  return section("frontend redirect from http", [
    ...binds(input, ports.http),
    ...believeGateways(input),
    `log-format ${redirectLog}`,
    // Counted together with the HTTPS side.
    `tcp-request session track-sc0 src table ${balancerNames.frontend}`,
    `tcp-request session reject if { sc_conn_cur(0,${balancerNames.frontend}) gt ${input.limits.connections} }`,
    "option http-ignore-probes",
    keepUri,
    `http-request return status 414 content-type text/html string ${quoted(failurePage("The address is too long", `It may have ${sizes.requestLine} bytes.`))} if { pathq,length gt ${sizes.requestLine} }`,
    `http-request deny deny_status 429 hdr Retry-After 10 if { sc_http_req_rate(0,${balancerNames.frontend}) gt ${input.limits.requestsPer10s} }`,
    // A visitor is only ever sent to the site's own name, this machine or a bare address, not to any name it claims.
    `http-request set-var(txn.host) str(${input.domain})`,
    `http-request set-var(txn.host) req.hdr(host),field(1,:),lower if { req.hdr(host),field(1,:) -m reg -i ^(localhost|[0-9.]+)$ }`,
    ...rules,
    `http-request redirect code 301 location https://${input.domain}%[pathq]`,
    ...headers.filter((line) => !line.includes(strictTransport)),
  ]);
}

/** What a request is for, by the same words as the web servers' logs; "-" for one that could not be read. */
const routes = [
  "http-request set-var(txn.route) str(page)",
  ...["asset", "api", "health"].map(
    (route) =>
      `http-request set-var(txn.route) str(${route}) if { path_beg /${route === "asset" ? "assets" : route}/ }`,
  ),
];

function visitors(input: BalancerInput): string {
  const { limits, visitorTls } = input;
  return section(`frontend ${balancerNames.frontend} from http`, [
    ...binds(input, ports.https, ` ssl crt ${visitorTls.combined} alpn h2,http/1.1`),
    ...believeGateways(input),
    ...limitConnections(input),
    `log-format ${accessLog}`,
    "unique-id-format %[uuid()]",
    // The whole request is here before a server is bothered with it; a slow one ends with 408.
    "option http-buffer-request",
    keepUri,
    `http-request set-var(txn.own) bool(true) if { req.hdr(host),field(1,:) -m reg -i ${ownMachine} }`,
    ...routes,
    `http-request deny deny_status 429 hdr Retry-After 10 if { sc_http_req_rate(0) gt ${limits.requestsPer10s} }`,
    // What a visitor claims about its own address is dropped.
    ...[
      "Forwarded",
      "X-Forwarded-Host",
      "X-Forwarded-Port",
      "X-Forwarded-Server",
      "X-Client-IP",
      "Proxy",
    ].map((name) => `http-request del-header ${name}`),
    "http-request set-header X-Forwarded-For %[src]",
    "http-request set-header X-Real-IP %[src]",
    "http-request set-header X-Forwarded-Proto https",
    "http-request set-header X-Request-ID %[unique-id]",
    ...headers,
    "http-after-response del-header Server",
    "http-after-response del-header X-Powered-By",
    `use_backend ${balancerNames.repeatable} if METH_GET or { req.hdr(Idempotency-Key) -m found }`,
    `default_backend ${balancerNames.once}`,
  ]);
}

const healthCheck = (domain: string) => [
  "option httpchk",
  `http-check send meth GET uri /health/ready ver HTTP/1.1 hdr Host ${domain} hdr Connection close`,
  "http-check expect status 200",
];

const verified = ({ serviceTls }: BalancerInput) =>
  `ssl verify required ca-file ${serviceTls.ca} crt ${serviceTls.combined}`;

/** Two failed checks in a row at 0.2 s take a server out, three connection errors at once do so sooner. */
const checked = "check inter 200ms fall 2 rise 2 observe layer4 error-limit 3 on-error mark-down";

function repeatable(input: BalancerInput): string {
  return section(`backend ${balancerNames.repeatable} from http`, [
    "balance leastconn",
    // A connection of its own for each visitor costs a TLS handshake: measured, 14 times fewer requests a second.
    "http-reuse always",
    // Never on a status, which the application may say too, and never on a time-out after the request was passed on. A
    // connection that ended before the first byte of an answer may have been begun: who asked allows to ask again.
    "retry-on conn-failure empty-response",
    ...healthCheck(input.domain),
    `default-server ${verified(input)} check-ssl ${checked} slowstart ${input.slowStartMs}ms`,
    ...input.servers.map(
      ({ name, address }) =>
        `server ${name} ${address}:${ports.https} sni str(${name}) check-sni ${name} verifyhost ${name}`,
    ),
  ]);
}

function once(input: BalancerInput): string {
  return section(`backend ${balancerNames.once} from http`, [
    "balance leastconn",
    // Not on a connection that the server may be closing just now: such a request cannot be repeated.
    "http-reuse safe",
    "retry-on conn-failure",
    `default-server ${verified(input)} slowstart ${input.slowStartMs}ms`,
    ...input.servers.map(
      ({ name, address }) =>
        `server ${name} ${address}:${ports.https} sni str(${name}) verifyhost ${name} track ${balancerNames.repeatable}/${name}`,
    ),
  ]);
}

function passthrough(input: BalancerInput): string {
  const frontend = section(`frontend ${balancerNames.frontend} from tcp`, [
    ...binds(input, ports.https),
    ...believeGateways(input),
    ...limitConnections(input),
    `log-format ${connectionLog}`,
    "tcp-request inspect-delay 5s",
    "tcp-request content capture req.ssl_sni len 253",
    "acl hello req.ssl_hello_type 1",
    `acl ours req.ssl_sni -i ${input.domain} localhost`,
    // A browser that was given a bare address sends no name.
    "acl named req.ssl_sni -m found",
    "tcp-request content reject if hello named !ours",
    "tcp-request content accept if hello",
    "tcp-request content reject",
    `default_backend ${balancerNames.repeatable}`,
  ]);
  const backend = section(`backend ${balancerNames.repeatable} from tcp`, [
    "balance leastconn",
    ...healthCheck(input.domain),
    `default-server send-proxy-v2 verify required ca-file ${input.serviceTls.ca} crt ${input.serviceTls.combined} check-ssl port ${ports.webHealth} ${checked} slowstart ${input.slowStartMs}ms`,
    ...input.servers.map(
      ({ name, address }) => `server ${name} ${address}:${ports.https} check-sni ${name} verifyhost ${name}`,
    ),
  ]);
  return frontend + backend;
}

/** Path, without the host's, of a balancer's statistics page wherever it is offered. */
export const statisticsPath = (balancer: string): string => `/balancer/${balancer}/`;

function statistics({ host }: BalancerInput): string {
  return section("frontend statistics from http", [
    `bind 127.0.0.1:${ports.balancerStatistics}`,
    "no log",
    "http-request use-service prometheus-exporter if { path /metrics }",
    "stats enable",
    `stats uri ${statisticsPath(host)}`,
    "stats refresh 5s",
    "stats hide-version",
    `stats show-node ${host}`,
  ]);
}

/** Configuration file of the balancer. */
export function renderBalancer(input: BalancerInput): string {
  const { layout, threads, minimumTlsVersion, limits } = input;
  const socket = balancerSocket(layout);
  return [
    globalSection({
      connections: allConnections,
      threads,
      minimumTlsVersion,
      socket,
      finishSeconds: limits.finishSeconds,
      more: [`tune.bufsize ${balancerBuffer}`, `tune.http.maxhdr ${headerCount}`],
    }),
    defaults("http"),
    ...(input.tlsMode === "passthrough" ? [defaults("tcp")] : []),
    redirect(input),
    ...(input.tlsMode === "passthrough"
      ? [passthrough(input)]
      : [visitors(input), repeatable(input), once(input)]),
    statistics(input),
  ].join("");
}

/** `run/balancer` must exist, writable by haproxy; the configuration lies at `etc/balancer/haproxy.cfg`. */
export function balancerService(layout: Layout): ServiceSpec {
  const configuration = configurationPath(layout);
  return serviceSpec({
    name: "balancer",
    command: haproxyCommand(configuration),
    user: "haproxy",
    reload: "USR2",
    // USR1 lets requests under way end; the limit is that of hard-stop-after.
    stopSignal: "USR1",
    stopTimeout: 5000,
    validate: haproxyCheck(configuration),
    ready: { port: ports.https },
    stateFile: balancerState(layout),
    output: requestLog,
  });
}
