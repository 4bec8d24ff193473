import type { Clock } from "../../../site/app/clock.ts";
import type { Connection, Pool, Result, Value } from "../../../site/app/database/connection.ts";

/** A clock whose sleeps pass at once and are added up. */
export class FakeClock implements Clock {
  time = 0;
  readonly sleeps: number[] = [];

  now(): number {
    return this.time;
  }

  async sleep(ms: number): Promise<void> {
    this.sleeps.push(ms);
    this.time += ms;
  }
}

/** An error as the driver throws it. */
export function driverError(facts: {
  readonly errno?: number;
  readonly code?: string;
  readonly message?: string;
}): Error {
  return Object.assign(new Error(facts.message ?? "database error"), facts);
}

/** What a fake database does with one statement. */
export type Behaviour = (sql: string, values: readonly Value[]) => Result;

/** A connection that only notes what is done to it. */
export class FakeConnection implements Connection {
  readonly statements: string[] = [];
  released = 0;
  destroyed = false;
  readonly #behaviour: Behaviour;

  constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
  }

  async run(sql: string, values: readonly Value[]): Promise<Result> {
    this.statements.push(sql);
    return this.#behaviour(sql, values);
  }

  release(): void {
    this.released += 1;
  }

  destroy(): void {
    this.destroyed = true;
  }
}

/** A pool that hands out the first connection that is free and whole, and makes one when there is none. */
export class FakePool implements Pool {
  readonly made: FakeConnection[] = [];
  readonly #behaviour: Behaviour;

  constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
  }

  async acquire(): Promise<Connection> {
    const free = this.made.find(({ destroyed }) => !destroyed);
    if (free !== undefined) return free;
    const fresh = new FakeConnection(this.#behaviour);
    this.made.push(fresh);
    return fresh;
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }
}

/** Rows as an answer. */
export function rows(...found: readonly Readonly<Record<string, unknown>>[]): Result {
  return { rows: found, insertId: 0 };
}

/** A guest book table with its UNIQUE token, on a node named db-1; `before` may throw to break a statement. */
export function tableBehaviour(before: (sql: string) => void = () => undefined): {
  readonly behaviour: Behaviour;
  readonly tokens: Value[];
} {
  const tokens: Value[] = [];
  const behaviour: Behaviour = (sql, values) => {
    if (sql.includes("@@hostname")) return rows({ node: "db-1" });
    before(sql);
    const [first] = values;
    if (sql.startsWith("INSERT") && first !== undefined) {
      if (tokens.includes(first)) throw driverError({ errno: 1062 });
      return { rows: [], insertId: tokens.push(first) };
    }
    if (sql.includes("WHERE token IN"))
      return rows(...values.filter((value) => tokens.includes(value)).map((value) => ({ token: value })));
    if (sql.includes("WHERE token") && first !== undefined) return rows({ id: tokens.indexOf(first) + 1 });
    return rows();
  };
  return { behaviour, tokens };
}
