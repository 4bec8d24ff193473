import assert from "node:assert/strict";
import { GuestBook, type Store } from "../../../site/app/entries/book.ts";
import type { Entry } from "../../../site/app/entries/store.ts";
import { driverError } from "./fakes.ts";

function entry(id: number): Entry {
  return { id, author: "Ada", text: `entry ${id}`, server: "web-1", createdAt: "2026-01-01T00:00:00.000Z" };
}

/** A store that can be switched off; counts how often it was read. */
class FakeStore implements Store {
  up = true;
  reads = 0;
  readonly entries: Entry[] = [];

  async #answer<T>(value: T): Promise<{ readonly database: string; readonly value: T }> {
    this.reads += 1;
    if (!this.up) throw driverError({ code: "ECONNREFUSED" });
    return { database: "db-1", value };
  }

  list = (limit: number) => this.#answer(this.entries.slice(0, limit));
  kept = () => this.#answer([]);
  readerNode = async () => (await this.#answer("")).database;
  writerNode = async () => Promise.reject(driverError({ errno: 1047 }));
  add = async () => Promise.reject(driverError({ errno: 1047 }));
}

describe("the guest book while the database is away", () => {
  it("shows the last known entries, and marks them", async () => {
    const store = new FakeStore();
    const book = new GuestBook(store);
    store.entries.push(entry(2), entry(1));
    await book.list(20);
    store.up = false;
    const listing = await book.list(1);
    assert.deepEqual(listing, { database: null, entries: [entry(2)], stale: true });
  });

  it("lets only the first reader wait, until the probe finds the database again", async () => {
    const store = new FakeStore();
    const book = new GuestBook(store);
    await book.list(20);
    store.up = false;
    await book.list(20);
    store.reads = 0;
    await book.list(20);
    assert.equal(store.reads, 0);
    store.up = true;
    await book.warm();
    assert.equal((await book.list(20)).stale, false);
  });

  it("fails when nothing is known yet", async () => {
    const store = new FakeStore();
    store.up = false;
    await assert.rejects(new GuestBook(store).list(20), { code: "ECONNREFUSED" });
  });

  it("keeps a long list when a short one is read after it", async () => {
    const store = new FakeStore();
    const book = new GuestBook(store);
    store.entries.push(entry(3), entry(2), entry(1));
    await book.list(20);
    store.entries.unshift(entry(4));
    await book.list(1);
    store.up = false;
    assert.deepEqual(
      (await book.list(20)).entries.map(({ id }) => id),
      [4, 3, 2, 1],
    );
  });

  it("tells which node answers, and null for one that does not", async () => {
    assert.deepEqual(await new GuestBook(new FakeStore()).nodes(), { writer: null, reader: "db-1" });
  });
});
