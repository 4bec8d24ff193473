/** What every nginx of the stack has in common. */
import { tls12Ciphers, tlsGroups } from "../haproxy/common.ts";
import { firstBuffer, largeBuffers, sizes, times } from "../limits.ts";
import { ownMachine, securityHeaders, strictTransport } from "../securityHeaders.ts";

/** Lines one level deeper. */
export function indent(lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split("\n")).map((line) => (line === "" ? "" : `  ${line}`));
}

/** `head { ... }` */
export function block(head: string, lines: readonly string[]): string {
  return [`${head} {`, ...indent(lines), "}"].join("\n");
}

/** TLS versions from the oldest that is permitted. */
export function tlsVersions(minimum: "1.2" | "1.3"): string {
  return `ssl_protocols ${minimum === "1.2" ? "TLSv1.2 TLSv1.3" : "TLSv1.3"};`;
}

/** Media types of what a website holds; Debian's own list lies outside the packages' /usr. */
const mediaTypes: Readonly<Record<string, string>> = {
  "text/html": "html htm",
  "text/css": "css",
  "text/javascript": "js mjs",
  "text/plain": "txt",
  "text/markdown": "md",
  "application/json": "json map",
  "application/manifest+json": "webmanifest",
  "application/xml": "xml",
  "application/pdf": "pdf",
  "application/wasm": "wasm",
  "font/woff2": "woff2",
  "font/woff": "woff",
  "image/avif": "avif",
  "image/gif": "gif",
  "image/jpeg": "jpg jpeg",
  "image/png": "png",
  "image/svg+xml": "svg",
  "image/webp": "webp",
  "image/x-icon": "ico",
  "video/mp4": "mp4",
  "video/webm": "webm",
};

const compressed = [
  "text/css",
  "text/javascript",
  "text/plain",
  "text/markdown",
  "application/json",
  "application/manifest+json",
  "application/xml",
  "image/svg+xml",
].join(" ");

/** What an nginx of the stack is made of besides its servers. */
export interface NginxInput {
  /** Folder for its process id and temporary files. */
  readonly run: string;
  readonly workers: number;
  /** Seconds for which a replaced worker goes on with what it has begun. */
  readonly finishSeconds: number;
  readonly http: readonly string[];
}

/** The whole configuration file around some contents of `http`. */
export function nginxConfiguration({ run, workers, finishSeconds, http }: NginxInput): string {
  return `${[
    "daemon off;",
    // The supervisor chooses the user and then this is ignored; inside a user namespace root is the only one there is.
    "user root;",
    `pid ${run}/nginx.pid;`,
    "error_log stderr warn;",
    `worker_processes ${workers};`,
    `worker_shutdown_timeout ${finishSeconds}s;`,
    // Each request meets several patterns: compiled to machine code they cost a fifteenth less of all that it costs.
    "pcre_jit on;",
    block("events", ["worker_connections 4096;"]),
    block("http", [
      block(
        "types",
        Object.entries(mediaTypes).map(([type, endings]) => `${type} ${endings};`),
      ),
      "default_type application/octet-stream;",
      "charset utf-8;",
      ...["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
        (kind) => `${kind}_temp_path ${run}/${kind};`,
      ),
      "sendfile on;",
      "tcp_nopush on;",
      "server_tokens off;",
      "gzip on;",
      "gzip_comp_level 5;",
      "gzip_min_length 1024;",
      "gzip_proxied any;",
      "gzip_vary on;",
      `gzip_types ${compressed};`,
      `ssl_ciphers ${tls12Ciphers};`,
      `ssl_ecdh_curve ${tlsGroups};`,
      "ssl_prefer_server_ciphers off;",
      "ssl_session_cache shared:sessions:10m;",
      "ssl_session_tickets off;",
      "ssl_session_timeout 1h;",
      block("map $host $strict", [
        `default ${quotedValue(securityHeaders[strictTransport] ?? "")};`,
        `"~*${ownMachine}" "";`,
      ]),
      `client_header_timeout ${times.requestHead}s;`,
      `client_body_timeout ${times.uploadSilence}s;`,
      `send_timeout ${times.silence}s;`,
      `client_header_buffer_size ${firstBuffer};`,
      `large_client_header_buffers ${largeBuffers} ${sizes.requestHeader};`,
      "reset_timedout_connection on;",
      ...http,
    ]),
  ].join("\n")}\n`;
}

/** Words of the command that runs an nginx in the foreground. */
export function nginxCommand(configuration: string): readonly string[] {
  return ["nginx", "-e", "stderr", "-c", configuration];
}

/** Checks a configuration without starting it. */
export function nginxCheck(configuration: string): readonly string[] {
  return ["nginx", "-e", "stderr", "-t", "-q", "-c", configuration];
}

/** A value as one word of the configuration. */
export function quotedValue(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}

/** Lines that set response headers, on errors too; none where the value is empty. */
export function headerLines(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).map(
    ([name, value]) =>
      `add_header ${name} ${name === strictTransport ? "$strict" : quotedValue(value)} always;`,
  );
}
