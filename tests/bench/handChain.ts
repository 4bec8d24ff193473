/** Text of a chain as one would start it by hand: HAProxy and three nginx, with the stack's TLS and nothing else. Pure. */
import { tls12Ciphers, tls13Ciphers } from "../../hosts/haproxy/common.ts";
import type { TlsPaths } from "../../hosts/tlsFiles.ts";

/** What the chain takes from the stack that it is compared with. */
export interface HandChainInput {
  /** Folder of its own for configuration, process ids and temporary files. */
  readonly folder: string;
  /** Certificate that visitors are shown, and its key, in one file. */
  readonly visitor: string;
  /** What the balancer shows to the web servers. */
  readonly balancer: TlsPaths;
  /** Web servers by the name in their certificate. */
  readonly webs: readonly { readonly name: string; readonly tls: TlsPaths }[];
  /** Folder that the web servers serve. */
  readonly root: string;
}

const balancerAddress = "10.9.0.1";
const webAddress = (index: number) => `10.9.0.${index + 11}`;

/** Where the balancer answers, from its own network. */
export const handUrl = `https://${balancerAddress}:443`;
/** Where the gateway answers, from its own network. */
export const handGatewayUrl = "https://127.0.0.1:8443";

const lines = (...text: readonly string[]) => `${text.join("\n")}\n`;

function balancer({ visitor, balancer: tls, webs }: HandChainInput): string {
  const bind = `ssl crt ${visitor} alpn h2,http/1.1`;
  return lines(
    "global",
    "  maxconn 10000",
    // As in the stack: fewer connections where fewer files may be open.
    "  no strict-limits",
    "  nbthread 1",
    `  ssl-default-bind-ciphers ${tls12Ciphers}`,
    `  ssl-default-bind-ciphersuites ${tls13Ciphers}`,
    "  ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets",
    `  ssl-default-server-ciphersuites ${tls13Ciphers}`,
    "  ssl-default-server-options ssl-min-ver TLSv1.3",
    "defaults",
    "  mode http",
    "  timeout connect 1s",
    "  timeout client 30s",
    "  timeout server 30s",
    "frontend visitors",
    `  bind ${balancerAddress}:443 ${bind}`,
    `  bind ${balancerAddress}:444 accept-proxy ${bind}`,
    "  default_backend web",
    "backend web",
    "  balance leastconn",
    "  http-reuse always",
    `  default-server ssl verify required ca-file ${tls.ca} crt ${tls.combined}`,
    ...webs.map(
      ({ name }, index) => `  server ${name} ${webAddress(index)}:443 sni str(${name}) verifyhost ${name}`,
    ),
  );
}

const gateway = lines(
  "global",
  "  nbthread 1",
  "defaults",
  "  mode tcp",
  "  timeout connect 1s",
  "  timeout client 30s",
  "  timeout server 30s",
  "listen gateway",
  "  bind 127.0.0.1:8443",
  `  server balancer ${balancerAddress}:444 send-proxy-v2`,
);

function web({ folder, root }: HandChainInput, { name, tls }: HandChainInput["webs"][number]): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `  ${kind}_temp_path "${folder}/${name}-${kind}";`,
  );
  return lines(
    "user root;",
    "worker_processes 1;",
    `pid "${folder}/${name}.pid";`,
    `error_log "${folder}/${name}.log";`,
    "events { worker_connections 4096; }",
    "http {",
    "  access_log off;",
    "  keepalive_timeout 75s;",
    "  keepalive_requests 100000;",
    ...temporary,
    "  server {",
    "    listen 443 ssl backlog=4096;",
    `    ssl_certificate "${tls.certificate}";`,
    `    ssl_certificate_key "${tls.key}";`,
    "    ssl_protocols TLSv1.3;",
    `    ssl_client_certificate "${tls.ca}";`,
    "    ssl_verify_client on;",
    `    root "${root}";`,
    "  }",
    "}",
  );
}

/** Starts it all in the namespaces that it is run in, says its process id, and waits to be killed. */
function start({ webs }: HandChainInput): string {
  return lines(
    "set -eu",
    'cd "$1"',
    "read -r pid rest </proc/self/stat",
    "mount -t tmpfs tmpfs /run",
    "ip link add stack type bridge",
    "ip link set stack up",
    "plug() {",
    "  ip netns add $1",
    "  ip link add v$1 type veth peer name eth0 netns $1",
    "  ip link set v$1 master stack up",
    "  nsenter --net=/run/netns/$1 ip link set lo up",
    "  nsenter --net=/run/netns/$1 ip address add $2/24 dev eth0",
    "  nsenter --net=/run/netns/$1 ip link set eth0 up",
    "}",
    `plug lb ${balancerAddress}`,
    "plug gw 10.9.0.2",
    ...webs.flatMap((_, index) => [
      `plug w${index} ${webAddress(index)}`,
      `nsenter --net=/run/netns/w${index} nginx -c "$PWD/web-${index}.conf"`,
    ]),
    'nsenter --net=/run/netns/lb haproxy -D -f "$PWD/balancer.cfg"',
    'nsenter --net=/run/netns/gw haproxy -D -f "$PWD/gateway.cfg"',
    'echo "ready $pid"',
    "exec sleep 600",
  );
}

/** File name → content. */
export function handChainFiles(input: HandChainInput): Readonly<Record<string, string>> {
  return {
    "start.sh": start(input),
    "balancer.cfg": balancer(input),
    "gateway.cfg": gateway,
    ...Object.fromEntries(input.webs.map((each, index) => [`web-${index}.conf`, web(input, each)])),
  };
}
