import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { listens, readiness } from "../../../provider/readiness.ts";

const header =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const row = (local: string, state: string) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1001        0 12345 1 0 100 0 0 10 0\n`;

describe("a listening port", () => {
  it("is seen on any address, of either family", () => {
    assert.equal(listens(header + row("00000000:01BB", "0A"), 443), true);
    assert.equal(listens(header + row("0A4D0001:01BB", "0A"), 443), true);
    assert.equal(listens(header + row("00000000000000000000000000000000:01BB", "0A"), 443), true);
  });

  it("is not a connection, nor another port", () => {
    assert.equal(listens(header + row("0100007F:01BB", "01"), 443), false);
    assert.equal(listens(header + row("0100007F:101B", "0A"), 443), false);
    assert.equal(listens(header + row("0100007F:01BB", "0A"), 0x1bb1), false);
    assert.equal(listens("", 443), false);
  });

  it("is seen in this machine's own table", async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    assert.equal(listens(readFileSync("/proc/self/net/tcp", "utf8"), address.port), true);
    await new Promise((done) => server.close(done));
    assert.equal(listens(readFileSync("/proc/self/net/tcp", "utf8"), address.port), false);
  });
});

describe("a readiness condition", () => {
  it("is exactly one of port, socket, command", () => {
    for (const good of [{ port: 80 }, { socket: "/run/x" }, { command: ["true"] }])
      assert.equal(readiness.safeParse(good).success, true);
    for (const bad of [{}, { port: 80, socket: "/run/x" }, { port: "80" }, { command: "true" }])
      assert.equal(readiness.safeParse(bad).success, false);
  });
});
