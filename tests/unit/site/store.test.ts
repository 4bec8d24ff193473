import assert from "node:assert/strict";
import { Sessions } from "../../../site/app/database/sessions.ts";
import { EntryStore, keptPatience, writePatience } from "../../../site/app/entries/store.ts";
import { type Behaviour, driverError, FakeClock, FakePool, rows, tableBehaviour } from "./fakes.ts";

const token = "0b6c1f0e-7a3e-4d55-9f0a-3a2b8d1c4e5f";
const entry = { author: "Ada", text: "hello", token };

function open(behaviour: Behaviour): EntryStore {
  const clock = new FakeClock();
  const sessions = new Sessions(new FakePool(behaviour), { statements: [], clock });
  return new EntryStore({ writer: sessions, reader: sessions, serverName: "web-1", clock });
}

describe("the store of entries", () => {
  it("stores an entry and tells the node that acknowledged it", async () => {
    const { behaviour } = tableBehaviour();
    assert.deepEqual(await open(behaviour).add(entry), { id: 1, token, created: true, database: "db-1" });
  });

  it("gives the first entry's id when a token comes again", async () => {
    const { behaviour, tokens } = tableBehaviour();
    const store = open(behaviour);
    await store.add(entry);
    await store.add({ ...entry, token: null });
    assert.deepEqual(await store.add(entry), { id: 1, token, created: false, database: "db-1" });
    assert.equal(tokens.length, 2);
  });

  it("waits for a new writer and then stores once", async () => {
    let failures = 5;
    const { behaviour, tokens } = tableBehaviour((sql) => {
      if (sql.startsWith("INSERT") && failures-- > 0) throw driverError({ errno: 1290 });
    });
    assert.equal((await open(behaviour).add(entry)).id, 1);
    assert.deepEqual(tokens, [token]);
  });

  it("stores once when the commit went through but its acknowledgement was lost", async () => {
    const { behaviour, tokens } = tableBehaviour();
    let lost = false;
    const store = open((sql, values) => {
      const result = behaviour(sql, values);
      if (!sql.startsWith("INSERT") || lost) return result;
      lost = true;
      throw driverError({ code: "PROTOCOL_CONNECTION_LOST" });
    });
    const stored = await store.add({ ...entry, token: null });
    assert.equal(stored.id, 1);
    assert.deepEqual(tokens, [stored.token]);
  });

  it("leaves a second of the 8 s in which a visitor has an answer to the way there and back", () => {
    assert.ok(writePatience.deadlineMs <= 7000);
    assert.ok(keptPatience.deadlineMs <= 7000);
  });

  it("fails when no writer comes back", async () => {
    const { behaviour } = tableBehaviour((sql) => {
      if (sql.startsWith("INSERT")) throw driverError({ errno: 1047 });
    });
    await assert.rejects(open(behaviour).add(entry), { errno: 1047 });
  });

  it("lists entries with a moment in UTC", async () => {
    const row = { id: 7, author: "Ada", text: "hello", server: "web-2", created_ms: 1_700_000_000_000 };
    const store = open((sql) => (sql.includes("@@hostname") ? rows({ node: "db-3" }) : rows(row)));
    assert.deepEqual(await store.list(5), {
      database: "db-3",
      value: [
        { id: 7, author: "Ada", text: "hello", server: "web-2", createdAt: "2023-11-14T22:13:20.000Z" },
      ],
    });
  });
});
