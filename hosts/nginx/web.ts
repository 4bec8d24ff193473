/** The web server: TLS, static files, and the application on a Unix socket behind it. */
import { failurePage, unavailablePage } from "../failurePage.ts";
import type { VisitorLimits } from "../haproxy/balancer.ts";
import { type Layout, ownLogs, type Peer } from "../layout.ts";
import { above, balancerConnection, sizes, times, webHead } from "../limits.ts";
import { ports } from "../ports.ts";
import { securityHeaders } from "../securityHeaders.ts";
import { type ServiceSpec, serviceSpec } from "../service.ts";
import type { TlsPaths } from "../tlsFiles.ts";
import { block, headerLines, nginxCheck, nginxCommand, nginxConfiguration, tlsVersions } from "./common.ts";

/** What a web host's nginx is told. */
export interface WebServerInput {
  readonly layout: Layout;
  readonly domain: string;
  readonly tlsMode: "reencrypt" | "passthrough";
  readonly minimumTlsVersion: "1.2" | "1.3";
  /** Certificate of the server: what the balancer verifies. */
  readonly serviceTls: TlsPaths;
  /** Visitor's certificate: shown by the web server in passthrough only. */
  readonly visitorTls: TlsPaths;
  /** Balancers: whose word about visitors' addresses is believed, and whose certificates may connect. */
  readonly balancers: readonly Peer[];
  /**
   * Ranges (CIDR) of a managed balancer, which shows no certificate (AWS): believed about visitors' addresses. When
   * there are any, no client certificate is asked for and the firewall alone keeps others out.
   */
  readonly balancerRanges: readonly string[];
  /** Absolute path of the site's `public/`. */
  readonly publicDirectory: string;
  /** Unix socket of the application; nginx's user must be let through to it. */
  readonly applicationSocket: string;
  /** In passthrough each web server counts for itself, since the balancer cannot read requests. */
  readonly limits: VisitorLimits;
  /** Worker processes. */
  readonly workers: number;
  /** Response headers that a balancer which decrypts cannot set itself (AWS); default none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Loopback port that tells the server's own counters; default none. */
  readonly statusPort?: number;
  /** Port that redirects visitors to HTTPS where no balancer can (AWS, passthrough); default none. */
  readonly redirectPort?: number | null;
}

const folder = (layout: Layout) => `${layout.run}/web`;
const configurationPath = (layout: Layout) => `${layout.etc}/web/nginx.conf`;

/** Access log, one JSON object a line. */
export function webAccessLog(layout: Layout): string {
  return `${ownLogs(layout, "web")}/access.json`;
}

/** What the metrics need comes first, so that a reader of the log need not look further. */
const logFields = [
  '"route":"$route"',
  '"status":$status',
  '"seconds":$request_time',
  '"time":"$time_iso8601"',
  '"id":"$trace"',
  '"client":"$remote_addr"',
  '"method":"$request_method"',
  '"uri":"$request_uri"',
  '"bytes":$bytes_sent',
  '"app_seconds":"$upstream_response_time"',
  '"app_status":"$upstream_status"',
  '"tls":"$ssl_protocol"',
];

function shared(input: WebServerInput): string[] {
  const { balancers, limits, tlsMode } = input;
  const passthrough = tlsMode === "passthrough";
  const perSecond = Math.max(1, Math.ceil(limits.requestsPer10s / 10));
  return [
    block("map $uri $route", ["default page;", "~^/assets/ asset;", "~^/api/ api;", "~^/health/ health;"]),
    // The balancers' own checks come many times a second, for nobody, and say nothing about visitors.
    block('map "$route:$http_x_forwarded_for" $logged', ["default 1;", "health: 0;"]),
    // The balancer's word where there is one that speaks HTTP.
    block("map $http_x_request_id $trace", [
      "default $request_id;",
      ...(passthrough ? [] : ['"~^[0-9A-Za-z=:-]{1,64}$" $http_x_request_id;']),
    ]),
    // No other protocol than a WebSocket: what speaks HTTP/2 by an upgrade would pass the balancer's rules by.
    block("map $http_upgrade $upgrade", ['default "";', "~*^websocket$ websocket;"]),
    block("map $upgrade $hop", ['default "";', "websocket upgrade;"]),
    // When a request is looked at first, its length is that of its head.
    block("map $request_length $long", [
      "default 0;",
      `"~${above(passthrough ? sizes.requestHead : webHead)}" 1;`,
    ]),
    block("map $ssl_client_s_dn $balancer", [
      "default 0;",
      ...balancers.map(({ name }) => `"~(^|,)CN=${name.replaceAll(".", "\\.")}(,|$)" 1;`),
    ]),
    `log_format json escape=json '{${logFields.join(",")}}';`,
    `access_log ${webAccessLog(input.layout)} json buffer=32k flush=1s if=$logged;`,
    ...[...balancers.map(({ address }) => address), ...input.balancerRanges].map(
      (range) => `set_real_ip_from ${range};`,
    ),
    `real_ip_header ${passthrough ? "proxy_protocol" : "X-Forwarded-For"};`,
    // A release has a folder of its own, so that what was found there once is there.
    "open_file_cache max=1000 inactive=60s;",
    "open_file_cache_valid 10s;",
    `keepalive_timeout ${passthrough ? times.idleConnection : balancerConnection}s;`,
    // The balancer's connections stay; a limit would only cost handshakes.
    "keepalive_requests 100000;",
    `client_max_body_size ${limits.bodyKiB}k;`,
    ...(passthrough
      ? [
          `limit_req_zone $binary_remote_addr zone=requests:10m rate=${perSecond}r/s;`,
          "limit_conn_zone $binary_remote_addr zone=connections:10m;",
          "limit_req_status 429;",
          "limit_conn_status 429;",
        ]
      : []),
    block("upstream application", [
      `server unix:${input.applicationSocket} max_fails=0;`,
      "keepalive 64;",
      // Shorter than Node's 5 s, so that it is never the application that closes a connection just being used.
      "keepalive_timeout 4s;",
      "keepalive_requests 100000;",
    ]),
  ];
}

const toApplication = [
  "proxy_pass http://application;",
  "proxy_http_version 1.1;",
  "proxy_set_header Connection $hop;",
  "proxy_set_header Upgrade $upgrade;",
  "proxy_set_header Host $host;",
  "proxy_set_header X-Forwarded-For $remote_addr;",
  "proxy_set_header X-Forwarded-Proto https;",
  "proxy_set_header X-Real-IP $remote_addr;",
  "proxy_set_header X-Request-ID $trace;",
  "proxy_hide_header X-Powered-By;",
  "proxy_connect_timeout 1s;",
  `proxy_send_timeout ${times.silence}s;`,
  `proxy_read_timeout ${times.silence}s;`,
  `proxy_buffer_size ${sizes.responseHead};`,
  `proxy_buffers 4 ${sizes.responseHead};`,
  // What the application says reaches the visitor at once: events, a page in parts.
  "proxy_buffering off;",
  // Who repeats a request is the balancer alone, which knows whether it may be.
  "proxy_next_upstream off;",
];

const failureText = (title: string, text: string) => `'${failurePage(title, text)}'`;

/** A request whose line was not read to its end has no address: nginx needs one to go on from. */
const longAddress = "/.address-too-long";

/** Where visitors' requests go, in either mode. `headers` are set wherever this server is the one that sets them. */
function visitorLocations(input: WebServerInput, headers: readonly string[]): string[] {
  // Where the balancer may ask another server, it learns from a connection that ends without an answer that there is none.
  const repeats = input.tlsMode === "reencrypt" && input.balancerRanges.length === 0;
  const page = (place: string, lines: readonly string[]) =>
    block(`location ${place}`, [
      "internal;",
      "default_type text/html;",
      ...headers,
      "add_header Cache-Control no-store always;",
      ...lines,
    ]);
  return [
    `root ${input.publicDirectory};`,
    ...headers,
    "error_page 502 = @failed;",
    "error_page 504 = @late;",
    `error_page 414 = ${longAddress};`,
    "error_page 431 494 = @long_head;",
    "if ($long) { return 431; }",
    ...(headers.length > 0 ? ["error_page 429 = @limited;"] : []),
    block("location /assets/", [
      ...headers,
      'add_header Cache-Control "public, max-age=31536000, immutable";',
      "try_files $uri =404;",
    ]),
    block("location /", [
      ...headers,
      // Kept by the browser, and asked about each time.
      "add_header Cache-Control no-cache;",
      "try_files $uri $uri/index.html @application;",
    ]),
    ...["/api/", "/health/"].map((path) => block(`location ${path}`, toApplication)),
    block("location @application", toApplication),
    page("@failed", [
      ...(repeats ? ['if ($upstream_bytes_received ~ "^[-0]$") { return 444; }'] : []),
      `if ($upstream_connect_time = "-") { return 503 '${unavailablePage}'; }`,
      `return 502 '${unavailablePage}';`,
    ]),
    page("@late", [`return 504 '${unavailablePage}';`]),
    page(`= ${longAddress}`, [
      `return 414 ${failureText("The address is too long", `It may have ${sizes.requestLine} bytes.`)};`,
    ]),
    page("@long_head", [
      `return 431 ${failureText("The request is too long", `A header or cookie may have ${sizes.requestHeader} bytes, all of them ${sizes.requestHead}.`)};`,
    ]),
    ...(headers.length > 0
      ? [
          page("@limited", [
            "add_header Retry-After 10 always;",
            `return 429 ${failureText("Too many requests", "Please wait ten seconds.")};`,
          ]),
        ]
      : []),
  ];
}

const certificate = ({ certificate: path, key }: TlsPaths) => [
  `ssl_certificate ${path};`,
  `ssl_certificate_key ${key};`,
];

/** Lets in only balancers: by certificate, or, where the balancer shows none, by the firewall. */
function onlyBalancers({ serviceTls, balancerRanges }: WebServerInput): string[] {
  return balancerRanges.length > 0
    ? [tlsVersions("1.2")]
    : [
        tlsVersions("1.3"),
        `ssl_client_certificate ${serviceTls.ca};`,
        "ssl_verify_client on;",
        "ssl_verify_depth 1;",
        "if ($balancer = 0) { return 403; }",
      ];
}

function reencrypt(input: WebServerInput): string[] {
  return [
    block("server", [
      `listen ${ports.https} ssl backlog=4096;`,
      "server_name _;",
      ...certificate(input.serviceTls),
      ...onlyBalancers(input),
      ...visitorLocations(input, headerLines(input.headers ?? {})),
    ]),
  ];
}

function passthrough(input: WebServerInput): string[] {
  return [
    block("server", [
      `listen ${ports.https} ssl proxy_protocol backlog=4096;`,
      "http2 on;",
      "server_name _;",
      ...certificate(input.visitorTls),
      tlsVersions(input.minimumTlsVersion),
      `limit_req zone=requests burst=${input.limits.requestsPer10s} nodelay;`,
      `limit_conn connections ${input.limits.connections};`,
      ...visitorLocations(input, headerLines(securityHeaders)),
    ]),
    block("server", [
      `listen ${ports.webHealth} ssl;`,
      "server_name _;",
      ...certificate(input.serviceTls),
      ...onlyBalancers(input),
      block("location /health/", toApplication),
      block("location /", ["return 404;"]),
    ]),
  ];
}

/** What a cloud's own agents and balancers want besides. */
function extras({ statusPort, redirectPort, domain }: WebServerInput): string[] {
  return [
    ...(statusPort === undefined
      ? []
      : [
          block("server", [
            `listen 127.0.0.1:${statusPort};`,
            "access_log off;",
            block("location = /", ["stub_status;", "allow 127.0.0.1;", "deny all;"]),
            block("location /", ["return 404;"]),
          ]),
        ]),
    ...(redirectPort === undefined || redirectPort === null
      ? []
      : [
          block("server", [
            `listen ${redirectPort};`,
            "server_name _;",
            "access_log off;",
            `return 301 https://${domain}$request_uri;`,
          ]),
        ]),
  ];
}

/** Configuration file of the web server. */
export function renderWebServer(input: WebServerInput): string {
  return nginxConfiguration({
    run: folder(input.layout),
    workers: input.workers,
    finishSeconds: input.limits.finishSeconds,
    http: [
      ...shared(input),
      ...(input.tlsMode === "passthrough" ? passthrough(input) : reencrypt(input)),
      ...extras(input),
    ],
  });
}

/** `run/web`, `log/own/web` must exist, writable by nginx; configuration at `etc/web/nginx.conf`. */
export function webServerService(layout: Layout): ServiceSpec {
  const configuration = configurationPath(layout);
  return serviceSpec({
    name: "web",
    command: nginxCommand(configuration),
    user: "nginx",
    reload: "HUP",
    stopSignal: "QUIT",
    validate: nginxCheck(configuration),
    ready: { port: ports.https },
  });
}
