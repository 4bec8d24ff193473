/** The site on all its servers and database nodes. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { ask } from "../../../tools/drills/http.ts";
import type { TestStack } from "../support/stack.ts";

const listing = z.object({
  server: z.string(),
  database: z.string(),
  entries: z.array(z.object({ text: z.string() }).loose()),
});
const created = z.object({ id: z.number(), server: z.string(), database: z.string() }).loose();

/** Asks until `wanted` different web servers have answered; the balancer spreads requests over all. */
async function listingsOf(stack: TestStack, wanted: number): Promise<Map<string, z.infer<typeof listing>>> {
  const seen = new Map<string, z.infer<typeof listing>>();
  for (let asked = 0; seen.size < wanted; asked += 1) {
    assert.ok(asked < 200, `only ${[...seen.keys()].join(", ")} answered 200 requests`);
    const answers = await Promise.all(
      Array.from({ length: 2 * wanted }, () => ask(stack.site, { path: "/api/entries?limit=50" })),
    );
    for (const { status, body } of answers) {
      assert.equal(status, 200, body);
      const found = listing.parse(JSON.parse(body));
      seen.set(found.server, found);
    }
  }
  return seen;
}

/** Declares the tests. */
export function site(stack: () => TestStack, servers: number): void {
  describe("the site", () => {
    it("shows an entry on every web server once it was acknowledged by one", async () => {
      const text = randomUUID();
      const { status, body } = await ask(stack().site, {
        method: "POST",
        path: "/api/entries",
        body: JSON.stringify({ author: "a visitor", text }),
      });
      assert.equal(status, 201, body);
      const written = created.parse(JSON.parse(body));
      const listings = await listingsOf(stack(), servers);
      assert.equal(listings.size, servers);
      for (const [server, { entries }] of listings) {
        assert.ok(
          entries.some((entry) => entry.text === text),
          `${server} does not show it`,
        );
      }
      assert.ok(stack().outputs.database.nodes.includes(written.database), written.database);
    });

    it("writes to one database node and reads from all", async () => {
      const writers = new Set<string>();
      const readers = new Set<string>();
      for (let round = 0; round < 6; round += 1) {
        const { body } = await ask(stack().site, {
          method: "POST",
          path: "/api/entries",
          body: JSON.stringify({ author: "a visitor", text: `round ${round}` }),
        });
        writers.add(created.parse(JSON.parse(body)).database);
        const answers = await Promise.all(
          Array.from({ length: 60 }, () => ask(stack().site, { path: "/api/entries?limit=1" })),
        );
        for (const answer of answers) readers.add(listing.parse(JSON.parse(answer.body)).database);
      }
      assert.equal(writers.size, 1, `writers: ${[...writers].join(", ")}`);
      assert.deepEqual([...readers].sort(), [...stack().outputs.database.nodes].sort());
    });

    it("gives the same entry for a repeated token", async () => {
      const body = JSON.stringify({ author: "a visitor", text: "once", token: randomUUID() });
      const first = await ask(stack().site, { method: "POST", path: "/api/entries", body });
      const again = await ask(stack().site, { method: "POST", path: "/api/entries", body });
      assert.equal(first.status, 201);
      assert.equal(again.status, 200);
      assert.equal(created.parse(JSON.parse(again.body)).id, created.parse(JSON.parse(first.body)).id);
    });
  });
}
