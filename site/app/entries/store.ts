import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import { attempt, type Patience } from "../database/attempts.ts";
import type { Connection, Row } from "../database/connection.ts";
import { failureOf } from "../database/failures.ts";
import type { Sessions } from "../database/sessions.ts";
import type { NewEntry } from "./entry.ts";

/** A stored entry. */
export interface Entry {
  readonly id: number;
  readonly author: string;
  readonly text: string;
  /** Web server that took it. */
  readonly server: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/** Something read, and the database node that answered. */
export interface Answer<T> {
  readonly database: string;
  readonly value: T;
}

/** An acknowledged write. */
export interface Stored {
  readonly id: number;
  readonly token: string;
  /** False when an entry with this token was there already. */
  readonly created: boolean;
  /** Database node that acknowledged the commit. */
  readonly database: string;
}

/**
 * An entry is tried to be stored for this long: longer than any measured failover of the writer, and a second less than
 * the 8 s in which a visitor shall have an answer.
 */
export const writePatience: Patience = { deadlineMs: 7_000, attemptMs: 2_500, maxAttempts: 60 };

/** A visitor waits this long for the list, and then gets the last one known. */
export const listPatience: Patience = { deadlineMs: 2_000, attemptMs: 1_500, maxAttempts: 20 };

/** Which tokens are kept cannot be told from memory, so it waits as long as a write. */
export const keptPatience: Patience = { deadlineMs: 7_000, attemptMs: 3_000, maxAttempts: 60 };

/** For "who answers" and the readiness probe: an answer that takes longer is none. */
export const glancePatience: Patience = { deadlineMs: 1_500, attemptMs: 1_500, maxAttempts: 3 };

function numberIn(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === "number") return value;
  throw new Error(`column ${column} is not a number`);
}

function textIn(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === "string") return value;
  throw new Error(`column ${column} is not a text`);
}

function entryOf(row: Row): Entry {
  return {
    id: numberIn(row, "id"),
    author: textIn(row, "author"),
    text: textIn(row, "text"),
    server: textIn(row, "server"),
    createdAt: new Date(numberIn(row, "created_ms")).toISOString(),
  };
}

// Milliseconds since 1970 do not depend on the session's time zone.
const listSql = `SELECT id, author, text, server,
  CAST(UNIX_TIMESTAMP(created_at) * 1000 AS UNSIGNED) AS created_ms
  FROM entries ORDER BY id DESC LIMIT ?`;
const keptSql = (count: number) =>
  `SELECT token FROM entries WHERE token IN (${Array(count).fill("?").join(", ")})`;
const insertSql = "INSERT INTO entries (token, author, text, server) VALUES (?, ?, ?, ?)";
const findSql = "SELECT id FROM entries WHERE token = ?";
const probeSql = "SELECT id FROM entries LIMIT 1";

/** The guest book in the database. */
export class EntryStore {
  readonly #writer: Sessions;
  readonly #reader: Sessions;
  readonly #serverName: string;
  readonly #clock: Clock;

  constructor(parts: {
    readonly writer: Sessions;
    readonly reader: Sessions;
    readonly serverName: string;
    readonly clock: Clock;
  }) {
    this.#writer = parts.writer;
    this.#reader = parts.reader;
    this.#serverName = parts.serverName;
    this.#clock = parts.clock;
  }

  /** The newest entries, newest first. */
  async list(limit: number, patience = listPatience): Promise<Answer<readonly Entry[]>> {
    return this.#read(patience, listSql, [limit], entryOf);
  }

  /** Those of some tokens that are there. */
  async kept(tokens: readonly string[]): Promise<Answer<readonly string[]>> {
    return this.#read(keptPatience, keptSql(tokens.length), tokens, (row) => textIn(row, "token"));
  }

  /** Name of the node that reads go to now. */
  async readerNode(): Promise<string> {
    return attempt((ms) => this.#reader.lend(ms, probeNode), glancePatience, this.#clock);
  }

  /** Name of the node that writes go to now. */
  async writerNode(): Promise<string> {
    return attempt((ms) => this.#writer.lend(ms, probeNode), glancePatience, this.#clock);
  }

  /**
   * Stores an entry; resolves only after the database has acknowledged the commit. It is tried again when the
   * writer is lost on the way: the token makes that safe, whether or not the lost commit had gone through.
   */
  async add(entry: NewEntry): Promise<Stored> {
    const token = entry.token ?? randomUUID();
    const values = [token, entry.author, entry.text, this.#serverName];
    return attempt(
      (ms) =>
        this.#writer.lend(ms, async (connection, database, left) => {
          try {
            const { insertId } = await connection.run(insertSql, values, left());
            return { id: insertId, token, created: true, database };
          } catch (error) {
            if (failureOf(error) !== "duplicate") throw error;
            const id = await idOf(connection, token, left());
            return { id, token, created: false, database };
          }
        }),
      writePatience,
      this.#clock,
    );
  }

  async #read<T>(
    patience: Patience,
    sql: string,
    values: readonly (number | string)[],
    parse: (row: Row) => T,
  ): Promise<Answer<readonly T[]>> {
    return attempt(
      (ms) =>
        this.#reader.lend(ms, async (connection, database, left) => {
          const { rows } = await connection.run(sql, values, left());
          return { database, value: rows.map(parse) };
        }),
      patience,
      this.#clock,
    );
  }
}

async function probeNode(connection: Connection, node: string, left: () => number): Promise<string> {
  await connection.run(probeSql, [], left());
  return node;
}

async function idOf(connection: Connection, token: string, budgetMs: number): Promise<number> {
  const { rows } = await connection.run(findSql, [token], budgetMs);
  const [row] = rows;
  if (row === undefined) throw new Error("the entry with this token is gone");
  return numberIn(row, "id");
}
