import type { Clock } from "../clock.ts";
import { within } from "../within.ts";
import type { Connection, Pool } from "./connection.ts";
import { failureOf } from "./failures.ts";

/** Longest life of a connection, in milliseconds: the load spreads again over nodes that came back. */
const maxAgeMs = 5 * 60_000;

/** Error number of MySQL and MariaDB for a variable that the server does not know. */
const unknownVariable = 1193;

interface Session {
  /** The database node, by its own word. */
  readonly node: string;
  /** Moment after which the connection is replaced. */
  readonly expires: number;
  /** Which generation of connections it belongs to. */
  readonly generation: number;
}

/** How a new connection is made ready. */
export interface SessionOptions {
  /** Statements for a new connection; those that set a variable the server does not know are skipped. */
  readonly statements: readonly string[];
  readonly clock: Clock;
}

function nodeOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw new Error("the database did not tell its host name");
}

/** Lends prepared connections of a pool, and replaces those that are old or were overtaken by a failover. */
export class Sessions {
  readonly #pool: Pool;
  readonly #options: SessionOptions;
  readonly #known = new WeakMap<Connection, Session>();
  #generation = 0;

  constructor(pool: Pool, options: SessionOptions) {
    this.#pool = pool;
    this.#options = options;
  }

  /**
   * Lends a connection to `work` and takes it back.
   * @param budgetMs milliseconds for all of it: waiting for a connection, preparing it, the work
   * @param work gets the connection, the name of the node that answers, and how to get the milliseconds left
   */
  async lend<T>(
    budgetMs: number,
    work: (connection: Connection, node: string, left: () => number) => Promise<T>,
  ): Promise<T> {
    const end = this.#options.clock.now() + budgetMs;
    const left = (): number => Math.max(1, end - this.#options.clock.now());
    const connection = await this.#fresh(left);
    try {
      const session = this.#known.get(connection) ?? (await this.#prepare(connection, left));
      const result = await work(connection, session.node, left);
      connection.release();
      return result;
    } catch (error) {
      const failure = failureOf(error);
      if (failure === "duplicate" || failure === "busy") connection.release();
      else connection.destroy();
      // What broke one connection (a failover, most often) broke the idle ones beside it as well.
      if (failure === "lost") this.#generation += 1;
      throw error;
    }
  }

  /** Closes every connection. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #fresh(left: () => number): Promise<Connection> {
    for (;;) {
      const connection = await this.#acquire(left());
      const session = this.#known.get(connection);
      const usable =
        session === undefined ||
        (session.generation === this.#generation && session.expires > this.#options.clock.now());
      if (usable) return connection;
      connection.destroy();
    }
  }

  async #acquire(timeoutMs: number): Promise<Connection> {
    const acquired = this.#pool.acquire();
    return within(timeoutMs, acquired, "waiting for a database connection", () => {
      // A connection that comes after all must not stay lent for ever.
      acquired.then(
        (connection) => connection.release(),
        () => undefined,
      );
    });
  }

  async #prepare(connection: Connection, left: () => number): Promise<Session> {
    const generation = this.#generation;
    for (const statement of this.#options.statements) {
      await connection.run(statement, [], left()).catch((error: unknown) => {
        const unknown = error instanceof Error && "errno" in error && error.errno === unknownVariable;
        if (!unknown) throw error;
      });
    }
    const { rows } = await connection.run("SELECT @@hostname AS node", [], left());
    const node = nodeOf(rows[0]?.node);
    const age = maxAgeMs * (0.8 + 0.4 * Math.random());
    const session = { node, generation, expires: this.#options.clock.now() + age };
    this.#known.set(connection, session);
    return session;
  }
}
