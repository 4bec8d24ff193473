/**
 * What a database error means for the one who asked:
 * - `duplicate`: a UNIQUE key refused the row.
 * - `busy`: this transaction lost to another, or no slot was free; the connection is good, try again.
 * - `lost`: the node or the way to it is gone, or it may not do this now; take a new connection, try again.
 * - `refused`: credentials or certificate are wrong; trying again will not help.
 * - `overloaded`: too many wait for a connection in this process.
 * - `other`: anything else; trying again will not help.
 */
export type Failure = "duplicate" | "busy" | "lost" | "refused" | "overloaded" | "other";

/** Thrown when a step took longer than it may. */
export class TimedOut extends Error {
  readonly code = "TIMED_OUT";
}

/**
 * 1020 changed since this transaction read it, 1205 lock wait timeout, 1213 deadlock (also: lost the certification of
 * Galera), 1317 interrupted, 1180 commit failed.
 */
const busyErrors: ReadonlySet<number> = new Set([1020, 1205, 1213, 1317, 1180]);

/**
 * 1040 too many connections, 1047 node not ready (Galera), 1053 shutting down, 1129 host blocked,
 * 1158-1161 network, 1226 user's limit, 1290/1792/1836 read only, 1927 connection killed (MariaDB),
 * 4031 closed as idle (MySQL).
 */
const lostErrors: ReadonlySet<number> = new Set([
  1040, 1047, 1053, 1129, 1158, 1159, 1160, 1161, 1226, 1290, 1792, 1836, 1927, 4031,
]);

/** 1044/1142 not allowed, 1045/1698 wrong credentials, 1049 no such database, 3159 TLS demanded. */
const refusedErrors: ReadonlySet<number> = new Set([1044, 1045, 1049, 1142, 1698, 3159]);

/** Codes of the driver and of the sockets below it when a connection cannot be made or breaks. */
const lostCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
  "HANDSHAKE_SSL_ERROR",
  "HANDSHAKE_UNKNOWN_ERROR",
  "PROTOCOL_CONNECTION_LOST",
  "PROTOCOL_ERROR",
  "PROTOCOL_SEQUENCE_TIMEOUT",
  "TIMED_OUT",
]);

/** The driver gives every TLS failure one code; only the text tells a broken line from a wrong certificate. */
const wrongCertificate = /certificate|altname|does not match|self.signed/i;

/** Sorts an error of the driver. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return "other";
  const number = "errno" in error && typeof error.errno === "number" ? error.errno : 0;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (number === 1062) return "duplicate";
  if (busyErrors.has(number)) return "busy";
  if (lostErrors.has(number)) return "lost";
  if (refusedErrors.has(number)) return "refused";
  if (error.message === "Queue limit reached.") return "overloaded";
  if (code === "HANDSHAKE_SSL_ERROR" && wrongCertificate.test(error.message)) return "refused";
  if (code === "HANDSHAKE_NO_SSL_SUPPORT") return "refused";
  if (lostCodes.has(code) || ("fatal" in error && error.fatal === true)) return "lost";
  return "other";
}

/** Whether the same statement may succeed when it is tried again. */
export function isPassing(failure: Failure): boolean {
  return failure === "busy" || failure === "lost";
}
