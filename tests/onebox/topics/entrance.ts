/** What a visitor meets at the site's entrance. */
import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { z } from "zod";
import { until } from "../../../provider/system.ts";
import { ask, askPlain, handshake } from "../../../tools/drills/http.ts";
import type { TestStack } from "../support/stack.ts";

const logged = z.object({ uri: z.string() }).loose();
const whoami = z.object({ server: z.string(), client: z.string() }).loose();

/** One request over HTTP/2. @returns the status */
function statusOverHttp2(stack: TestStack): Promise<number> {
  const { name, port, ca } = stack.site;
  return new Promise((done, fail) => {
    const session = connectHttp2(`https://127.0.0.1:${port}`, { ca, servername: name });
    session.on("error", fail);
    const request = session.request({ ":path": "/", ":authority": `${name}:${port}` });
    request.on("response", (headers) => {
      done(Number(headers[":status"]));
      session.destroy();
    });
    request.on("error", fail);
    request.end();
  });
}

/** Declares the tests. */
export function entrance(stack: () => TestStack): void {
  describe("the entrance", () => {
    it("answers over HTTPS with a certificate of the stack's own authority", async () => {
      const { status, body } = await ask(stack().site, { path: "/" });
      assert.equal(status, 200);
      assert.match(body, /<html/i);
      const { certificate } = await handshake(stack().site);
      assert.match(certificate.subjectaltname ?? "", /DNS:www\.foobar\.com/);
      assert.match(certificate.subjectaltname ?? "", /DNS:localhost/);
      assert.match(certificate.subjectaltname ?? "", /IP Address:127\.0\.0\.1/);
      assert.equal(certificate.asn1Curve, "prime256v1");
    });

    it("is not trusted without the stack's authority", async () => {
      const stranger = { ...stack().site, ca: "" };
      await assert.rejects(handshake(stranger), /self-signed|unable to (get|verify)/);
    });

    it("redirects plain HTTP to HTTPS on the port that visitors use, keeping the path", async () => {
      const { domain, ports } = stack();
      const { status, headers } = await askPlain(domain, ports.httpPort, "/guestbook?page=2");
      assert.equal(status, 301);
      assert.equal(headers.location, `https://${domain}:${ports.httpsPort}/guestbook?page=2`);
    });

    for (const characters of [800, 8000])
      it(`redirects, passes on and logs an address of ${characters} characters whole`, async () => {
        const { domain, ports, site } = stack();
        const path = `/api/whoami?q=${"x".repeat(characters)}&end=of-${characters}`;
        const { headers } = await askPlain(domain, ports.httpPort, path);
        assert.equal(headers.location, `https://${domain}:${ports.httpsPort}${path}`);
        assert.equal((await ask(site, { path })).status, 200);
        // Both the redirect's line and the visit's, each as JSON behind what the store puts before it.
        await until("two whole lines in the monitor's store", 30_000, async () => {
          const find = `cat /run/host/data/logs/lb-*/* | grep -F 'end=of-${characters}'`;
          const { stdout } = await stack().inHost("monitor", find, { accept: "any" });
          const lines = stdout.split("\n").filter((line) => line !== "");
          const uris = lines.map((line) => logged.parse(JSON.parse(line.slice(line.indexOf("{")))).uri);
          return uris.length === 2 && uris.every((uri) => uri === path) ? null : `${lines.length} lines`;
        });
      });

    it("does not redirect to a name that the visitor made up", async () => {
      const { domain, ports } = stack();
      const { headers } = await askPlain("evil.example", ports.httpPort, "/");
      assert.equal(headers.location, `https://${domain}:${ports.httpsPort}/`);
    });

    it("sends the security headers once each and does not tell what serves", async () => {
      for (const path of ["/", "/api/whoami", "/no-such-page"]) {
        const { headers } = await ask(stack().site, { path });
        assert.match(String(headers["strict-transport-security"]), /max-age=\d{7,}/);
        assert.equal(headers["x-content-type-options"], "nosniff");
        assert.match(String(headers["content-security-policy"]), /default-src 'self'/);
        assert.ok(headers["x-frame-options"] ?? headers["content-security-policy"]);
        assert.ok(headers["referrer-policy"]);
        assert.equal(headers.server, undefined, path);
        assert.equal(headers["x-powered-by"], undefined, path);
        assert.ok(!String(headers["x-content-type-options"]).includes(","), "sent twice");
      }
    });

    it("speaks HTTP/2", async () => {
      assert.equal((await handshake(stack().site, { ALPNProtocols: ["h2", "http/1.1"] })).protocol, "h2");
      assert.equal(await statusOverHttp2(stack()), 200);
    });

    it("takes TLS 1.2 and 1.3 and nothing older", async () => {
      const { site } = stack();
      assert.equal(
        (await handshake(site, { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" })).version,
        "TLSv1.2",
      );
      assert.equal((await handshake(site, { minVersion: "TLSv1.3" })).version, "TLSv1.3");
      for (const version of ["TLSv1", "TLSv1.1"] as const) {
        await assert.rejects(handshake(site, { minVersion: version, maxVersion: version }), version);
      }
    });

    it("passes the visitor's address on and does not believe what the visitor says of it", async () => {
      const { body } = await ask(stack().site, {
        path: "/api/whoami",
        from: "127.0.0.7",
        headers: {
          "x-forwarded-for": "203.0.113.9",
          "x-real-ip": "203.0.113.9",
          forwarded: "for=203.0.113.9",
        },
      });
      assert.equal(whoami.parse(JSON.parse(body)).client, "127.0.0.7");
    });

    it("keeps versioned assets for a year, compresses text, and asks again for pages", async () => {
      const page = await ask(stack().site, { path: "/" });
      assert.match(String(page.headers["cache-control"]), /no-cache|max-age=0/);
      const asset = /\/assets\/[^"']+\.css[^"']*/.exec(page.body)?.[0];
      assert.ok(asset, "the page names no style sheet");
      const { headers } = await ask(stack().site, { path: asset, headers: { "accept-encoding": "gzip" } });
      assert.match(String(headers["cache-control"]), /max-age=31536000/);
      assert.match(String(headers["cache-control"]), /immutable/);
      assert.equal(headers["content-encoding"], "gzip");
    });
  });
}
