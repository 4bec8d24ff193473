import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Sessions } from "../../../site/app/database/sessions.ts";
import { GuestBook } from "../../../site/app/entries/book.ts";
import { EntryStore } from "../../../site/app/entries/store.ts";
import { type Application, route } from "../../../site/app/http/routes.ts";
import { HttpServer } from "../../../site/app/http/server.ts";
import { FakeClock, FakePool, tableBehaviour } from "./fakes.ts";

interface Answer {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const form = { "Content-Type": "application/x-www-form-urlencoded" };
const token = "0b6c1f0e-7a3e-4d55-9f0a-3a2b8d1c4e5f";

describe("the application over its socket", () => {
  let folder = "";
  let socketPath = "";
  let server: HttpServer;
  let agent: Agent;

  function application(): Application {
    const clock = new FakeClock();
    const sessions = new Sessions(new FakePool(tableBehaviour().behaviour), { statements: [], clock });
    const store = new EntryStore({ writer: sessions, reader: sessions, serverName: "web-1", clock });
    return {
      server: "web-1",
      zone: "a",
      domain: "example.org",
      book: new GuestBook(store),
      readiness: () => ({ code: 200, status: "ready", reason: "" }),
    };
  }

  async function ask(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body = "",
  ): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const sent = request({ socketPath, method, path, headers, agent }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () =>
        resolve({ code: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
    return promise;
  }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "site-http-"));
    socketPath = join(folder, "app.sock");
    writeFileSync(socketPath, "");
    agent = new Agent({ keepAlive: true });
    const served = application();
    server = new HttpServer((incoming) => route(served, incoming));
    await server.listen(socketPath);
  });

  afterEach(async () => {
    agent.destroy();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it("replaces what stood at its path, for its user and group alone", () => {
    assert.ok(statSync(socketPath).isSocket());
    assert.equal(statSync(socketPath).mode & 0o777, 0o660);
  });

  it("answers the health checks, which no cache may keep", async () => {
    for (const path of ["/health/live", "/health/ready"]) {
      const { code, headers } = await ask("GET", path);
      assert.equal(code, 200);
      assert.equal(headers["cache-control"], "no-store");
    }
  });

  it("answers 201 to a new entry, and 200 with the same id to the same token", async () => {
    const body = JSON.stringify({ author: "Ada", text: "hello", token });
    const type = { "Content-Type": "application/json" };
    const [first, second] = [
      await ask("POST", "/api/entries", type, body),
      await ask("POST", "/api/entries", type, body),
    ];
    assert.deepEqual([first.code, second.code], [201, 200]);
    assert.deepEqual(JSON.parse(first.body), { id: 1, token, server: "web-1", zone: "a", database: "db-1" });
    assert.equal(first.body, second.body);
  });

  it("says which of the asked tokens are kept, and no others", async () => {
    const type = { "Content-Type": "application/json" };
    const other = "7d1f3c52-0f3b-4a4e-8f6d-2f1b0a9c8e7d";
    await ask("POST", "/api/entries", type, JSON.stringify({ author: "Ada", text: "hello", token }));
    await ask("POST", "/api/entries", type, JSON.stringify({ author: "Ada", text: "hello" }));
    const { code, body } = await ask(
      "POST",
      "/api/entries/kept",
      type,
      JSON.stringify({ tokens: [other, token] }),
    );
    assert.equal(code, 200);
    assert.deepEqual(JSON.parse(body).kept, [token]);
  });

  it("takes a form of its own pages, on whatever port", async () => {
    const headers = { Host: "example.org", "X-Forwarded-Proto": "https", Origin: "https://example.org:8443" };
    const { code } = await ask("POST", "/api/entries", { ...form, ...headers }, "author=Ada&text=hi");
    assert.equal(code, 201);
  });

  it("sends a browser without script back to the guest book", async () => {
    const { code, headers } = await ask(
      "POST",
      "/api/entries",
      { ...form, Accept: "text/html" },
      "author=Ada&text=hi",
    );
    assert.deepEqual([code, headers.location], [303, "/guestbook"]);
  });

  it("gives back what was typed, as text, when it cannot be stored", async () => {
    const typed = `author=${encodeURIComponent('"><script>')}&text=`;
    const { code, body } = await ask("POST", "/api/entries", { ...form, Accept: "text/html" }, typed);
    assert.equal(code, 400);
    assert.ok(body.includes("&quot;&gt;&lt;script&gt;"));
    assert.ok(!body.includes("<script>"));
  });

  const refusals: readonly [string, string, string, Readonly<Record<string, string>>, string, number][] = [
    ["a body over 16 KiB", "POST", "/api/entries", form, "x".repeat(17_000), 413],
    ["a body of an unknown type", "POST", "/api/entries", { "Content-Type": "text/xml" }, "<a/>", 415],
    ["JSON that is none", "POST", "/api/entries", { "Content-Type": "application/json" }, "{", 400],
    [
      "a form that another site sends",
      "POST",
      "/api/entries",
      { ...form, "Sec-Fetch-Site": "cross-site" },
      "author=a&text=b",
      403,
    ],
    [
      "a form whose origin is another name",
      "POST",
      "/api/entries",
      { ...form, Host: "example.org", "X-Forwarded-Proto": "https", Origin: "https://evil.example" },
      "author=a&text=b",
      403,
    ],
    [
      "a form whose origin is the name without TLS",
      "POST",
      "/api/entries",
      { ...form, Host: "example.org", "X-Forwarded-Proto": "https", Origin: "http://example.org" },
      "author=a&text=b",
      403,
    ],
    [
      "a form of a page without an origin",
      "POST",
      "/api/entries",
      { ...form, Host: "example.org", "X-Forwarded-Proto": "https", Origin: "null" },
      "author=a&text=b",
      403,
    ],
    ["the list of everybody's tokens", "GET", "/api/entries/tokens", {}, "", 404],
    [
      "a question for tokens that are none",
      "POST",
      "/api/entries/kept",
      { "Content-Type": "application/json" },
      JSON.stringify({ tokens: [token, "%"] }),
      400,
    ],
    ["a limit that is too high", "GET", "/api/entries?limit=101", {}, "", 400],
    ["another method", "DELETE", "/api/entries", {}, "", 405],
    ["an unknown path", "GET", "/api/nothing", {}, "", 404],
    ["a path named like a property of every object", "GET", "/constructor", {}, "", 404],
    ["an address that is none", "GET", "//", {}, "", 400],
  ];
  for (const [name, method, path, headers, body, code] of refusals) {
    it(`refuses ${name} with ${code}`, async () => {
      assert.equal((await ask(method, path, headers, body)).code, code);
    });
  }

  it("tells the visitor's address that the balancer wrote", async () => {
    const { body } = await ask("GET", "/api/whoami", { "X-Forwarded-For": "203.0.113.9, 10.0.0.1" });
    assert.equal(JSON.parse(body).client, "203.0.113.9");
  });

  it("answers on a kept connection while it stops, and says that it was the last", async () => {
    await ask("GET", "/health/live");
    const stopped = server.stop();
    const { code, headers } = await ask("GET", "/health/live");
    assert.deepEqual([code, headers.connection], [200, "close"]);
    await stopped;
  });
});
