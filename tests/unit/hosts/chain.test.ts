/** What visitors meet on the way to an application, by real processes: times are divided by 60. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { z } from "zod";
import { headerCount, repeatableRequest, sizes } from "../../../hosts/limits.ts";
import { Chain, echo, type Kind, openWebSocket } from "./support/chain.ts";

const kinds: readonly Kind[] = ["reencrypt", "passthrough", "alone"];
const text = (bytes: number) => "x".repeat(bytes);

for (const kind of kinds) {
  describe(`the way to an application, ${kind}`, function () {
    this.timeout(60_000);
    const chain = new Chain(kind);
    before(() => chain.start(60));
    after(() => chain.stop());
    beforeEach(() => {
      chain.begun = [];
      chain.handler = (_, response) => response.end("ok");
    });
    const status = async (...how: Parameters<Chain["ask"]>) => (await chain.ask(...how)).status;

    describe("begins a request once", () => {
      for (const method of ["GET", "POST"])
        for (const code of [404, 408, 425, 500, 502, 503, 504])
          it(`where the application answers a ${method} with ${code}, and passes that on`, async () => {
            chain.handler = (_, response) => response.writeHead(code).end("said by the application");
            const answer = await chain.ask("/api/x", {
              method,
              headers: { "idempotency-key": "a key" },
              ...(method === "POST" ? { body: "x" } : {}),
            });
            assert.deepEqual([answer.status, answer.body], [code, "said by the application"]);
            assert.equal(chain.begun.length, 1);
          });

      it("where the answer does not come in time", async () => {
        chain.handler = () => undefined;
        const answer = await chain.ask("/api/slow");
        assert.deepEqual([answer.status, chain.begun.length], [504, 1]);
        assert.match(answer.body, /Back in a moment/);
      });

      it("where the answer's head is too large", async () => {
        chain.handler = (_, response) => response.setHeader("x-long", text(sizes.responseHead)).end();
        assert.deepEqual([await status("/api/x"), chain.begun.length], [502, 1]);
        chain.handler = (_, response) => response.setHeader("x-long", text(sizes.responseHead - 512)).end();
        assert.equal(await status("/api/x"), 200);
      });

      it("where the connection of a POST ends without an answer", async () => {
        chain.handler = (request) => request.socket.destroy();
        const answer = await chain.ask("/api/x", { method: "POST", body: "x" });
        assert.deepEqual([answer.status, chain.begun.length], [502, 1]);
        assert.match(answer.body, /Back in a moment/);
      });
    });

    it("asks again when a connection ended without an answer, only for who allows it, and only by the balancer", async () => {
      for (const how of [
        { method: "GET" },
        { method: "HEAD" },
        { method: "POST", body: "x", headers: { "idempotency-key": "a key" } },
      ]) {
        chain.begun = [];
        chain.handler = (request, response) =>
          chain.begun.length === 1 ? request.socket.destroy() : response.end("the second time");
        const found = await status("/api/x", how);
        assert.deepEqual(
          [found, chain.begun.length],
          kind === "reencrypt" ? [200, 2] : [502, 1],
          JSON.stringify(how),
        );
      }
    });

    if (kind === "reencrypt")
      it("asks again only what it holds as a whole", async () => {
        for (const [bytes, found] of [
          [repeatableRequest - 2048, [200, 2]],
          [repeatableRequest, [502, 1]],
        ] as const) {
          chain.begun = [];
          chain.handler = (request, response) => {
            request.resume();
            request.on("end", () =>
              chain.begun.length === 1 ? request.socket.destroy() : response.end("the second time"),
            );
          };
          const { status: code } = await chain.ask("/api/x", {
            method: "POST",
            body: text(bytes),
            headers: { "idempotency-key": "a key" },
          });
          assert.deepEqual([code, chain.begun.length], found, `${bytes} bytes`);
        }
      });

    describe("takes just what it should of", () => {
      it("the request line", async () => {
        assert.equal(await status(`/api/${text(sizes.requestLine - 64)}`), 200);
        const answer = await chain.ask(`/api/${text(sizes.requestLine)}`);
        assert.deepEqual([answer.status, chain.begun.length], [414, 1]);
        assert.match(answer.body, new RegExp(String(sizes.requestLine)));
      });

      it("one header, and a cookie", async () => {
        for (const name of ["x-long", "cookie"]) {
          assert.equal(
            await status("/api/x", { headers: { [name]: text(sizes.requestHeader - 64) } }),
            200,
            name,
          );
          assert.equal(await status("/api/x", { headers: { [name]: text(sizes.requestHeader) } }), 431, name);
        }
      });

      it("all headers", async () => {
        const some = (bytes: number) =>
          Object.fromEntries([1, 2, 3, 4].map((each) => [`x-${each}`, text(bytes / 4)]));
        for (const path of ["/api/x", "/static.txt"]) {
          writeFileSync(`${chain.place.root}/public/static.txt`, "static");
          assert.equal(await status(path, { headers: some(sizes.requestHead - 256) }), 200, path);
          assert.equal(await status(path, { headers: some(sizes.requestHead + 1024) }), 431, path);
        }
      });

      it("their number, where a balancer counts it", async () => {
        const some = (count: number) =>
          Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, "x"]));
        assert.equal(await status("/api/x", { headers: some(headerCount - 16) }), 200);
        assert.equal(
          await status("/api/x", { headers: some(headerCount + 16) }),
          kind === "reencrypt" ? 400 : 200,
        );
      });

      it("the body", async () => {
        assert.equal(await status("/api/x", { method: "POST", body: text(64 * 1024) }), 200);
        assert.equal(await status("/api/x", { method: "POST", body: text(64 * 1024 + 1) }), 413);
      });
    });

    it("logs the longest address whole, as JSON", async () => {
      const end = `"end`;
      const path = `/api/${text(sizes.requestLine - 128)}${end}`;
      await chain.ask(path);
      const lines = () => chain.log(kind === "reencrypt" ? "balancer" : "web");
      const line = await eventually(() => lines().find((each) => each.includes('\\"end')));
      assert.equal(z.object({ uri: z.string() }).parse(JSON.parse(line)).uri, path);
    });

    if (kind !== "alone")
      it("redirects the longest address whole, and a longer one not at all", async () => {
        const path = `/cb?q=${text(sizes.requestLine - 64)}&end=1`;
        const { status: code, headers } = await chain.askPlain(path);
        assert.deepEqual([code, headers.location], [301, `https://www.foobar.com:8443${path}`]);
        assert.equal((await chain.askPlain(`/${text(sizes.requestLine)}`)).status, 414);
      });

    it("passes events on as they come, and lets a stream be silent for a while", async () => {
      const waiting = Promise.withResolvers<ServerResponse>();
      chain.handler = (_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
        waiting.resolve(response);
      };
      const socket = chain.dial();
      socket.setEncoding("utf8");
      socket.write("GET /api/events HTTP/1.1\r\nHost: www.foobar.com\r\n\r\n");
      let heard = "";
      socket.on("data", (part: string) => {
        heard += part;
      });
      const response = await waiting.promise;
      await eventually(() => (heard.includes("data: 1") ? true : undefined));
      response.write("data: 2\n\n");
      await eventually(() => (heard.includes("data: 2") ? true : undefined));
      // Then it is silent for too long, and looks cut: no last chunk.
      await once(socket, "close");
      assert.doesNotMatch(heard, /\r\n0\r\n\r\n$/);
    });

    it("carries a WebSocket to the application and back", async () => {
      chain.upgrade = echo;
      const { status: line, socket } = await openWebSocket(chain, "/socket");
      assert.equal(line, "HTTP/1.1 101 Switching Protocols");
      socket.write("over and back");
      const [data]: unknown[] = await once(socket, "data");
      assert.equal(String(data), "over and back");
      await once(socket, "close");
      assert.deepEqual(chain.begun, ["UPGRADE /socket"]);
    });

    it("makes a browser keep to HTTPS, but for the visitor's own machine", async () => {
      const of = async (host: string) => (await chain.ask("/api/x", { host })).headers;
      const name = "strict-transport-security";
      // An ALB sets it itself.
      assert.equal((await of("www.foobar.com:8443"))[name] !== undefined, kind !== "alone");
      for (const host of ["localhost", "localhost:8443", "app.LOCALHOST"])
        assert.equal((await of(host))[name], undefined, host);
      if (kind !== "alone")
        assert.ok((await of("localhost"))["content-security-policy"], "the others are set all the same");
    });

    it("upgrades to nothing else than a WebSocket", async () => {
      let asked: string | undefined = "none yet";
      chain.handler = (request, response) => {
        asked = request.headers.upgrade;
        response.end("ok");
      };
      assert.equal(await status("/api/x", { headers: { connection: "upgrade", upgrade: "h2c" } }), 200);
      assert.equal(asked, undefined);
    });

    if (kind === "reencrypt")
      it("carries a WebSocket over HTTP/2 (RFC 8441)", async () => {
        chain.upgrade = echo;
        const session = chain.http2();
        await once(session, "remoteSettings");
        const stream = session.request({
          ":method": "CONNECT",
          ":protocol": "websocket",
          ":scheme": "https",
          ":path": "/socket",
          ":authority": "www.foobar.com",
          "sec-websocket-version": "13",
        });
        const [headers]: { ":status"?: number }[] = await once(stream, "response");
        assert.equal(headers?.[":status"], 200);
        stream.write("over and back");
        const [data]: unknown[] = await once(stream, "data");
        assert.equal(String(data), "over and back");
        session.destroy();
      });

    if (kind !== "alone") {
      for (const [what, headers] of Object.entries({ known: { "content-length": "1000" }, unknown: {} }))
        it(`over HTTP/2, an answer of ${what} length that is cut looks cut`, async () => {
          chain.handler = (request, response) => {
            response.writeHead(200, headers).write("the beginning");
            setTimeout(() => request.socket.destroy(), 50);
          };
          const { code, stdout, stderr } = await chain.visit((socket) => [
            ...["curl", "--silent", "--show-error", "--http2", "--insecure", "--unix-socket", socket],
            "https://www.foobar.com/api/x",
          ]);
          assert.equal(stdout, "the beginning");
          assert.match(stderr, /^curl: \(92\) HTTP\/2 stream 1 was not closed cleanly/);
          assert.equal(code, 92);
        });

      it("agrees on keys that a quantum computer does not find later, with whoever can", async () => {
        const group = async (offered: readonly string[]) => {
          const { stdout } = await chain.visit((socket) => [
            ...["openssl", "s_client", "-unix", socket, "-servername", "www.foobar.com", ...offered],
          ]);
          return /^(?:Negotiated TLS1\.3 group|Peer Temp Key): ([^,\n]*)/m.exec(stdout)?.[1] ?? stdout;
        };
        assert.equal(await group([]), "X25519MLKEM768");
        assert.equal(await group(["-groups", "X25519:P-256"]), "X25519");
      });
    }
  });
}

/** Waits for a value. */
async function eventually<T>(look: () => T | undefined): Promise<T> {
  for (let tries = 0; tries < 500; tries += 1) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error("it did not come");
}
