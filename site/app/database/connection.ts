/** A value that may be bound to a statement. */
export type Value = string | number;

/** A row as the driver hands it over: nothing is known of its columns yet. */
export type Row = Readonly<Record<string, unknown>>;

/** What a statement gave back. */
export interface Result {
  /** Rows of a SELECT; empty for anything else. */
  readonly rows: readonly Row[];
  /** The AUTO_INCREMENT id that an INSERT made; 0 for anything else. */
  readonly insertId: number;
}

/** One connection to one database node; the same object for as long as the connection lives. */
export interface Connection {
  /**
   * Runs one statement.
   * @param timeoutMs after this many milliseconds it rejects; the connection is then of no more use
   */
  run(sql: string, values: readonly Value[], timeoutMs: number): Promise<Result>;
  /** Gives it back to the pool. */
  release(): void;
  /** Closes it for good. */
  destroy(): void;
}

/** A bounded set of connections to one endpoint. */
export interface Pool {
  /** Waits for a connection; rejects when none can be made or too many wait already. */
  acquire(): Promise<Connection>;
  /** Closes all of them. */
  close(): Promise<void>;
}
