import type { Patience } from "../database/attempts.ts";
import { logError } from "../log.ts";
import type { NewEntry } from "./entry.ts";
import { listLimit } from "./entry.ts";
import { type Answer, type Entry, glancePatience, type Stored } from "./store.ts";

/** What the guest book needs of the database; `EntryStore` is the real one. */
export interface Store {
  list(limit: number, patience?: Patience): Promise<Answer<readonly Entry[]>>;
  kept(tokens: readonly string[]): Promise<Answer<readonly string[]>>;
  add(entry: NewEntry): Promise<Stored>;
  readerNode(): Promise<string>;
  writerNode(): Promise<string>;
}

/** Entries, and how fresh they are. */
export interface Listing {
  /** Database node that answered; null when `stale`. */
  readonly database: string | null;
  readonly entries: readonly Entry[];
  /** Whether these are the last ones known because the database did not answer. */
  readonly stale: boolean;
}

function lastKnown(entries: readonly Entry[], limit: number): Listing {
  return { database: null, entries: entries.slice(0, limit), stale: true };
}

/** The guest book as visitors meet it: goes on showing the last known entries while the database is away. */
export class GuestBook {
  readonly #store: Store;
  #known: readonly Entry[] | null = null;
  /** Set when the database let a reader wait in vain: until it answers again nobody else has to. */
  #away = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * The newest entries.
   * @throws the database's error when it does not answer and nothing is known yet
   */
  async list(limit: number): Promise<Listing> {
    if (this.#away && this.#known !== null) return lastKnown(this.#known, limit);
    try {
      const { database, value } = await this.#store.list(limit);
      this.#away = false;
      this.#keep(value, limit);
      return { database, entries: value, stale: false };
    } catch (error) {
      if (this.#known === null) throw error;
      this.#away = true;
      logError("entries-from-memory", error);
      return lastKnown(this.#known, limit);
    }
  }

  /** Reads once: so that there is something to show from the start, and to notice that the database is back. */
  async warm(): Promise<void> {
    if (this.#known !== null) await this.#store.readerNode();
    // Without patience: a server that starts while the database is away must not keep visitors waiting.
    else this.#keep((await this.#store.list(listLimit, glancePatience)).value, listLimit);
    this.#away = false;
  }

  async add(entry: NewEntry): Promise<Stored> {
    return this.#store.add(entry);
  }

  async kept(tokens: readonly string[]): Promise<Answer<readonly string[]>> {
    return this.#store.kept(tokens);
  }

  /** Which nodes answer now; null for one that does not. */
  async nodes(): Promise<{ readonly writer: string | null; readonly reader: string | null }> {
    const [writer, reader] = await Promise.allSettled([this.#store.writerNode(), this.#store.readerNode()]);
    return {
      writer: writer.status === "fulfilled" ? writer.value : null,
      reader: reader.status === "fulfilled" ? reader.value : null,
    };
  }

  #keep(entries: readonly Entry[], limit: number): void {
    // A short list must not push out a longer one: it is laid over it.
    const newest = new Set(entries.map(({ id }) => id));
    const older = entries.length < limit ? [] : (this.#known ?? []).filter(({ id }) => !newest.has(id));
    this.#known = [...entries, ...older].slice(0, listLimit);
  }
}
