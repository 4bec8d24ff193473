/** How the database is set, whichever kind it is. Pure. */
import type { AwsSettings } from "./foundation.ts";

type Database = AwsSettings["database"];

/** A parameter of the database engine. */
export interface Parameter {
  readonly name: string;
  readonly value: string;
  /** `pending-reboot` for those that are read only at start. */
  readonly applyMethod: "immediate" | "pending-reboot";
}

/** Parameters: only TLS 1.2 and newer, slow queries in a file of their own. */
export const parameters: readonly Parameter[] = [
  { name: "require_secure_transport", value: "1", applyMethod: "immediate" },
  { name: "tls_version", value: "TLSv1.2,TLSv1.3", applyMethod: "pending-reboot" },
  { name: "slow_query_log", value: "1", applyMethod: "immediate" },
  // Seconds; the application gives a statement 2.5.
  { name: "long_query_time", value: "1", applyMethod: "immediate" },
  { name: "log_output", value: "FILE", applyMethod: "immediate" },
  { name: "character_set_server", value: "utf8mb4", applyMethod: "immediate" },
  { name: "collation_server", value: "utf8mb4_unicode_ci", applyMethod: "immediate" },
];

/** Family of parameter groups: `mysql8.4`, `aurora-mysql8.0`. */
export function parameterFamily({ kind, engineVersion }: Database): string {
  const [major = "", minor = ""] = engineVersion.split(".");
  return `${kind === "aurora" ? "aurora-mysql" : "mysql"}${major}.${minor}`;
}

/** The nightly window for backups: half an hour from the hour, UTC. */
export function backupWindow(hourUtc: number): string {
  const hour = String(hourUtc).padStart(2, "0");
  return `${hour}:00-${hour}:30`;
}

/** Logs that the database sends to CloudWatch. */
export const exportedLogs = ["error", "slowquery"] as const;

/** Log group of one of the database's logs; RDS prescribes the name. */
export function logGroupName(kind: Database["kind"], identifier: string, log: string): string {
  return `/aws/rds/${kind === "instance" ? "instance" : "cluster"}/${identifier}/${log}`;
}

/** Storage: provisioned operations where they are asked for, else what gp3 includes. */
export function storageOf({ iops }: Database) {
  return iops === undefined ? ({ storageType: "gp3" } as const) : ({ storageType: "io1", iops } as const);
}

/** Name of the master account; used by a deployment alone. */
export const masterUser = "administrator";

/** Name of the application's account. */
export const siteUser = "site";

/** Name of the account that only looks. */
export const observerUser = "observer";
