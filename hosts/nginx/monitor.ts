/** The monitor's web server: the dashboard, Prometheus read-only behind it, the balancers' statistics pages. */
import { statisticsPath } from "../haproxy/balancer.ts";
import type { Layout, Peer } from "../layout.ts";
import { ports } from "../ports.ts";
import { runbookPath } from "../runbookPage.ts";
import { securityHeaders } from "../securityHeaders.ts";
import { type ServiceSpec, serviceSpec } from "../service.ts";
import type { TlsPaths } from "../tlsFiles.ts";
import { block, headerLines, nginxCheck, nginxCommand, nginxConfiguration, tlsVersions } from "./common.ts";

/** What the monitor's nginx is told. */
export interface MonitorServerInput {
  readonly layout: Layout;
  readonly minimumTlsVersion: "1.2" | "1.3";
  /** Certificate that operators see. */
  readonly tls: TlsPaths;
  /** Client certificate for the agents' port on the balancers (user nginx). */
  readonly agentTls: TlsPaths;
  /** Folder with the dashboard's page. */
  readonly dashboardDirectory: string;
  /** URL path with both slashes → folder: `{ "/vendor/uplot/": "/..." }`. */
  readonly vendorDirectories: Readonly<Record<string, string>>;
  /** File that answers `/signals.json`. */
  readonly signalsFile: string;
  /** File that answers `/runbook`. */
  readonly runbookFile: string;
  readonly balancers: readonly Peer[];
  /** File with operators' names and password hashes (htpasswd), or null for an open page. */
  readonly passwordFile: string | null;
}

/** Names that operators reach the dashboards by: a page that found another one for this machine gets nothing. */
const ownNames = "localhost 127.0.0.1";

/** What no other origin may read, embed or hold open. */
const dashboardHeaders = { ...securityHeaders, "Cross-Origin-Resource-Policy": "same-origin" };

/** What a browser would take for leave to let another origin's page read an answer. */
const sharing = ["Origin", "Credentials", "Methods", "Headers"].map((each) => `Allow-${each}`);

/**
 * Variables that tell from what a browser says of itself (Fetch Metadata) whether another origin's page asks: another
 * site's, or another port of this machine's. A link, in a message of an alert, may lead to a page, but not to data.
 */
const foreignMaps = [
  block("map $http_sec_fetch_site $foreign_data", ["default 1;", '"" 0;', "same-origin 0;", "none 0;"]),
  block('map "$foreign_data:$http_sec_fetch_mode:$http_sec_fetch_dest" $foreign', [
    "default 0;",
    '"~^1:" 1;',
    '"1:navigate:document" 0;',
  ]),
];

const folder = (layout: Layout) => `${layout.run}/dashboard`;
const configurationPath = (layout: Layout) => `${layout.etc}/dashboard/nginx.conf`;

/** What only reads. */
const readOnlyApi =
  "^/prometheus/(api/v1/(query|query_range|query_exemplars|series|labels|label/[^/]+/values|metadata|targets|rules|alerts|status/(buildinfo|runtimeinfo|tsdb)))$";

/** HAProxy's statistics page brings its own style and an empty icon, and nothing else. */
const statisticsHeaders = {
  ...dashboardHeaders,
  "Content-Security-Policy":
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
};

function statistics({ agentTls }: MonitorServerInput, { name, address }: Peer): string {
  return block(`location ${statisticsPath(name)}`, [
    "limit_except GET { deny all; }",
    `proxy_pass https://${address}:${ports.agent};`,
    "proxy_ssl_verify on;",
    `proxy_ssl_trusted_certificate ${agentTls.ca};`,
    `proxy_ssl_name ${name};`,
    "proxy_ssl_server_name on;",
    "proxy_ssl_protocols TLSv1.3;",
    `proxy_ssl_certificate ${agentTls.certificate};`,
    `proxy_ssl_certificate_key ${agentTls.key};`,
    "proxy_connect_timeout 1s;",
    ...headerLines(statisticsHeaders),
  ]);
}

/** Configuration file of the monitor's web server. */
export function renderMonitorServer(input: MonitorServerInput): string {
  const headers = headerLines(dashboardHeaders);
  const vendors = Object.entries(input.vendorDirectories).map(([path, directory]) =>
    block(`location ${path}`, [`alias ${directory}/;`, ...headers, "add_header Cache-Control no-cache;"]),
  );
  const tls = [
    `ssl_certificate ${input.tls.certificate};`,
    `ssl_certificate_key ${input.tls.key};`,
    tlsVersions(input.minimumTlsVersion),
  ];
  const stranger = block("server", [
    `listen ${ports.https} ssl default_server;`,
    "http2 on;",
    "server_name _;",
    ...tls,
    "return 444;",
  ]);
  const server = block("server", [
    `listen ${ports.https} ssl;`,
    "http2 on;",
    `server_name ${ownNames};`,
    ...tls,
    "if ($foreign) { return 403; }",
    ...(input.passwordFile === null
      ? []
      : ['auth_basic "Dashboard";', `auth_basic_user_file ${input.passwordFile};`]),
    `root ${input.dashboardDirectory};`,
    "index index.html;",
    ...headers,
    block("location /", [...headers, "add_header Cache-Control no-cache;", "try_files $uri $uri/ =404;"]),
    block("location = /signals.json", [
      `alias ${input.signalsFile};`,
      ...headers,
      "add_header Cache-Control no-cache;",
    ]),
    block(`location = ${runbookPath}`, [
      `alias ${input.runbookFile};`,
      "default_type text/html;",
      ...headers,
      "add_header Cache-Control no-cache;",
    ]),
    ...vendors,
    block("location /prometheus/", ["return 403;"]),
    block(`location ~ "${readOnlyApi}"`, [
      "if ($foreign_data) { return 403; }",
      "limit_except GET POST { deny all; }",
      "rewrite ^/prometheus/(.*)$ /$1 break;",
      `proxy_pass http://127.0.0.1:${ports.prometheus};`,
      "proxy_read_timeout 30s;",
      ...[...sharing, "Expose-Headers", "Max-Age"].map((each) => `proxy_hide_header Access-Control-${each};`),
      ...headers,
      "add_header Cache-Control no-store;",
    ]),
    ...input.balancers.map((balancer) => statistics(input, balancer)),
  ]);
  return nginxConfiguration({
    run: folder(input.layout),
    workers: 1,
    finishSeconds: 30,
    http: ["access_log off;", "client_max_body_size 64k;", ...foreignMaps, stranger, server],
  });
}

/** `run/dashboard` must exist, writable by nginx; configuration at `etc/dashboard/nginx.conf`. */
export function monitorServerService(layout: Layout): ServiceSpec {
  const configuration = configurationPath(layout);
  return serviceSpec({
    name: "dashboard",
    command: nginxCommand(configuration),
    user: "nginx",
    reload: "HUP",
    stopSignal: "QUIT",
    validate: nginxCheck(configuration),
    ready: { port: ports.https },
  });
}
