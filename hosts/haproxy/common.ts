/** What every HAProxy of the stack has in common. */
import { logLine } from "../limits.ts";

/**
 * Ciphers of Mozilla's intermediate profile, version 5.7 (TLS 1.2), all with forward secrecy; DHE left out, since
 * every client with TLS 1.2 of the last ten years has ECDHE.
 */
export const tls12Ciphers = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

/** Ciphers of TLS 1.3. */
export const tls13Ciphers = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

/**
 * Groups for the exchange of keys: the same profile's, and before them the one that no quantum computer reads later what
 * was recorded now (OpenSSL 3.5 and newer know it).
 */
export const tlsGroups = "X25519MLKEM768:X25519:P-256:P-384";

/** Section `global`. */
export interface GlobalInput {
  /** Connections of the whole process: also its memory's limit, about 17 kB each, twice that with TLS. */
  readonly connections: number;
  readonly threads: number;
  /** Oldest TLS version for visitors; towards the stack's own servers it is always 1.3. */
  readonly minimumTlsVersion: "1.2" | "1.3";
  /** Admin socket, or null. */
  readonly socket: string | null;
  /** Seconds for which a replaced process goes on with what it has begun; default 30. */
  readonly finishSeconds?: number;
  readonly more?: readonly string[];
}

/** Section `global` of a HAProxy that logs to its supervisor. */
export function globalSection(input: GlobalInput): string {
  const { finishSeconds = 30 } = input;
  const tls = `ssl-min-ver TLSv${input.minimumTlsVersion} no-tls-tickets`;
  return section("global", [
    `log stdout len ${logLine} format raw local0 info`,
    `maxconn ${input.connections}`,
    // Where fewer files may be open than that needs, it takes fewer connections rather than not start.
    "no strict-limits",
    `nbthread ${input.threads}`,
    ...(input.socket === null
      ? []
      : [`stats socket ${input.socket} mode 0600 level admin expose-fd listeners`, "stats timeout 30s"]),
    `ssl-default-bind-ciphers ${tls12Ciphers}`,
    `ssl-default-bind-ciphersuites ${tls13Ciphers}`,
    `ssl-default-bind-options ${tls}`,
    `ssl-default-bind-curves ${tlsGroups}`,
    `ssl-default-server-ciphersuites ${tls13Ciphers}`,
    "ssl-default-server-options ssl-min-ver TLSv1.3",
    "ssl-server-verify required",
    `hard-stop-after ${finishSeconds}s`,
    ...(input.more ?? []),
  ]);
}

/** One section of a configuration: its head and its lines. */
export function section(head: string, lines: readonly string[]): string {
  return `${head}\n${lines.map((line) => `  ${line}\n`).join("")}\n`;
}

/** A value with spaces as one word of a configuration. */
export function quoted(text: string): string {
  return `"${text.replaceAll(/["\\$]/g, "\\$&")}"`;
}

/** A JSON object as a log-format string: field → format, quoted and escaped by HAProxy where it is text. */
export function jsonLog(fields: Readonly<Record<string, string>>): string {
  const body = Object.entries(fields)
    .map(([name, format]) => `"${name}":${format}`)
    .join(",");
  return `'{${body}}'`;
}

/** Words of the command that runs a HAProxy in the foreground, a master with a worker that is replaced on reload. */
export function haproxyCommand(configuration: string): readonly string[] {
  return ["haproxy", "-W", "-db", "-f", configuration];
}

/** Checks a configuration without starting it, and says what is wrong with it. */
export function haproxyCheck(configuration: string): readonly string[] {
  return ["haproxy", "-c", "-f", configuration];
}

/** Defaults of what passes TCP on into the stack or out of it, and decrypts nothing. */
export const passingOn: string = section("defaults", [
  "mode tcp",
  "log global",
  "option dontlognull",
  "timeout client 5m",
  "timeout server 5m",
  "timeout connect 300ms",
  // While the virtual address moves from one balancer to the other, a new visitor waits instead of being refused.
  "retries 10",
]);
