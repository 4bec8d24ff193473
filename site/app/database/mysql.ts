import { readFileSync } from "node:fs";
import mysql from "mysql2/promise";
import { isRecord } from "../records.ts";
import type { DatabaseSettings, Endpoint } from "../settings.ts";
import { within } from "../within.ts";
import type { Connection, Pool, Result, Row, Value } from "./connection.ts";

/** Connections of one pool: three web servers with two pools stay far below MariaDB's default of 151. */
const connectionLimit = 8;

/** Requests that may wait for a connection; more are refused at once, so that waiting stays short. */
const queueLimit = 256;

/** Milliseconds for TCP, TLS and login together; within one zone group a healthy node needs a few. */
const connectTimeoutMs = 1_000;

/** Idle connections are closed after this many milliseconds, before the database or a proxy does it. */
const idleTimeoutMs = 60_000;

function isRow(value: unknown): value is Row {
  return isRecord(value);
}

function resultOf(answer: unknown): Result {
  if (Array.isArray(answer)) return { rows: answer.filter(isRow), insertId: 0 };
  const insertId = isRecord(answer) ? answer.insertId : undefined;
  return { rows: [], insertId: typeof insertId === "number" ? insertId : 0 };
}

/** The driver wraps a pooled connection anew each time it lends it: `lent` is always the newest wrapper. */
class MysqlConnection implements Connection {
  lent: mysql.PoolConnection;

  constructor(lent: mysql.PoolConnection) {
    this.lent = lent;
  }

  async run(sql: string, values: readonly Value[], timeoutMs: number): Promise<Result> {
    const texts = values.some((value) => typeof value === "string");
    // Texts travel apart from the statement; numbers may be written into it, which LIMIT needs on MySQL 8.
    const running: Promise<[unknown, unknown]> = texts
      ? this.lent.execute(sql, [...values])
      : this.lent.query(sql, [...values]);
    // The driver's own timeout does not cover the preparing of a statement.
    const [answer] = await within(timeoutMs, running, "the database");
    return resultOf(answer);
  }

  release(): void {
    this.lent.release();
  }

  destroy(): void {
    this.lent.destroy();
  }
}

/**
 * A pool of TLS connections to one endpoint; the server's certificate must carry the endpoint's host name.
 * @throws when the authority's file cannot be read
 */
export function mysqlPool(settings: DatabaseSettings, endpoint: Endpoint): Pool {
  const pool = mysql.createPool({
    host: endpoint.host,
    port: endpoint.port,
    user: settings.user,
    password: settings.password,
    database: settings.database,
    charset: "utf8mb4_unicode_ci",
    ssl: {
      ca: readFileSync(settings.ca, "utf8"),
      rejectUnauthorized: true,
      verifyIdentity: true,
      minVersion: "TLSv1.2",
    },
    connectionLimit,
    // The driver looks for idle connections only when this is below the limit.
    maxIdle: connectionLimit - 1,
    idleTimeout: idleTimeoutMs,
    queueLimit,
    connectTimeout: connectTimeoutMs,
    enableKeepAlive: true,
  });
  const wrapped = new WeakMap<object, MysqlConnection>();
  // Without a listener a second error on a broken connection would end the process.
  pool.on("connection", (connection) => connection.on("error", () => undefined));
  return {
    acquire: async () => {
      const lent = await pool.getConnection();
      const connection = wrapped.get(lent.connection) ?? new MysqlConnection(lent);
      connection.lent = lent;
      wrapped.set(lent.connection, connection);
      return connection;
    },
    close: async () => {
      await pool.end();
    },
  };
}
