import { readFileSync } from "node:fs";
import { isRecord } from "./records.ts";

/** One end of the database as the application dials it. */
export interface Endpoint {
  /** Name that must be in the server's certificate. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
}

/** Content of the file that DATABASE_CONFIG names. */
export interface DatabaseSettings {
  /** Leads to the one node that takes writes. */
  readonly writer: Endpoint;
  /** Leads to any node that may be read. */
  readonly reader: Endpoint;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Path of the PEM file with the authority that signed the database's certificates. */
  readonly ca: string;
}

/** What the application is told from outside. */
export interface Settings {
  /** Path of the Unix socket to serve on. */
  readonly listenSocket: string;
  /** Name of this web server, as visitors see it. */
  readonly serverName: string;
  /** Zone of this web server. */
  readonly serverZone: string;
  /** The site's domain. */
  readonly siteDomain: string;
  /** Null when the site runs without a database. */
  readonly database: DatabaseSettings | null;
}

/** Thrown when the settings are not usable; the message lists every finding. */
export class SettingsError extends Error {}

function endpoint(value: unknown, path: string, findings: string[]): Endpoint {
  const host = isRecord(value) ? value.host : undefined;
  const port = isRecord(value) ? value.port : undefined;
  if (typeof host !== "string" || host === "") findings.push(`${path}.host must be a host name`);
  if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65535) {
    findings.push(`${path}.port must be a port number`);
  }
  return { host: typeof host === "string" ? host : "", port: typeof port === "number" ? port : 0 };
}

/**
 * Checks the content of the database file.
 * @param findings gets one line for each problem; no value of the file is repeated in it
 */
export function parseDatabase(content: unknown, findings: string[]): DatabaseSettings {
  const record = isRecord(content) ? content : {};
  const text = (key: string): string => {
    const value = record[key];
    if (typeof value === "string" && value !== "") return value;
    findings.push(`DATABASE_CONFIG: ${key} must be a text that is not empty`);
    return "";
  };
  return {
    writer: endpoint(record.writer, "DATABASE_CONFIG: writer", findings),
    reader: endpoint(record.reader, "DATABASE_CONFIG: reader", findings),
    user: text("user"),
    password: text("password"),
    database: text("database"),
    ca: text("ca"),
  };
}

function readDatabase(path: string, findings: string[]): DatabaseSettings {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    // A JSON error quotes the text it stopped at, which may be the password.
    const reason = error instanceof SyntaxError ? "is not JSON" : "cannot be read";
    findings.push(`DATABASE_CONFIG: ${path} ${reason}`);
    content = null;
  }
  return content === null ? parseDatabase({}, []) : parseDatabase(content, findings);
}

/**
 * Reads the environment and the database file.
 * @throws SettingsError listing every finding
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const findings: string[] = [];
  const required = (name: string): string => {
    const value = environment[name];
    if (value !== undefined && value !== "") return value;
    findings.push(`${name} must be set`);
    return "";
  };
  const databasePath = environment.DATABASE_CONFIG ?? "";
  const settings = {
    listenSocket: required("LISTEN_SOCKET"),
    serverName: required("SERVER_NAME"),
    serverZone: required("SERVER_ZONE"),
    siteDomain: required("SITE_DOMAIN"),
    database: databasePath === "" ? null : readDatabase(databasePath, findings),
  };
  if (findings.length > 0) throw new SettingsError(`The application cannot start: ${findings.join("; ")}`);
  return settings;
}
