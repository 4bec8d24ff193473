/** The smallest topology: limits, modes, other sites, accidents on the way. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { liveSandbox } from "../../provider/handles.ts";
import { kill, until } from "../../provider/system.ts";
import { ask } from "../../tools/drills/http.ts";
import { projectRoot } from "../../tools/paths.ts";
import { smallTopology, TestStack } from "./support/stack.ts";

const entry = (text: string) => ({
  method: "POST" as const,
  path: "/api/entries",
  body: JSON.stringify({ author: "a test", text }),
});

describe("the small topology", function () {
  this.timeout(600_000);
  let stack: TestStack | null = null;
  const up = (): TestStack => {
    assert.ok(stack, "the stack is not up");
    return stack;
  };
  const limits = { requestsPer10s: 60, connections: 8, bodyKiB: 16 };

  before(async () => {
    stack = await TestStack.make("test-small", { servers: smallTopology, limits });
    await stack.up();
  });

  describe("limits", () => {
    it("turn away an address that asks too often, and no other", async () => {
      const answers = [];
      for (let asked = 0; asked < 90; asked += 1)
        answers.push(await ask(up().site, { path: "/", from: "127.0.0.66" }));
      const refused = answers.filter(({ status }) => status === 429);
      assert.ok(refused.length > 0, "nobody was turned away");
      assert.ok(refused.every(({ headers }) => Number(headers["retry-after"]) > 0));
      assert.equal((await ask(up().site, { path: "/", from: "127.0.0.67" })).status, 200);
    });

    it("turn away a body that is too large", async () => {
      const { status } = await ask(up().site, { ...entry("x".repeat(40 * 1024)), from: "127.0.0.68" });
      assert.equal(status, 413);
    });
  });

  describe("accidents", () => {
    it("a sandbox that was killed comes back with its data by `up`", async () => {
      assert.equal(
        (await ask(up().site, { ...entry("before the accident"), from: "127.0.0.69" })).status,
        201,
      );
      // As if the system tables were an older version's, which an upgrade of the userland leaves behind.
      const version = "/run/host/data/mariadb/data/mariadb_upgrade_info";
      await up().inHost("db-1", `echo 10.11.14-MariaDB >${version}`);
      kill(up().sandboxPid);
      await until("the end of the sandbox", 10_000, () =>
        liveSandbox(up().directory) === null ? null : "it runs",
      );
      await up().up();
      const { body } = await ask(up().site, { path: "/api/entries?limit=5", from: "127.0.0.70" });
      assert.match(body, /before the accident/);
      const { stdout } = await up().inHost("db-1", `cat ${version}; echo; mariadbd --version`);
      const [tables = "", server = ""] = stdout.trim().split(/\n+/);
      assert.ok(server.includes(` ${tables}-`), stdout);
    });
  });

  describe("another passphrase than the stack's", () => {
    const another = { PULUMI_CONFIG_PASSPHRASE: "another" };
    for (const command of ["refresh", "status", "up"])
      it(`ends \`${command}\` with what to do about it, and changes nothing`, async () => {
        const { code, stderr } = await up().commandWith(another, command).ended;
        assert.notEqual(code, 0);
        assert.match(
          stderr,
          /PULUMI_CONFIG_PASSPHRASE is not the passphrase of .* test-small: put the one back/,
        );
        assert.equal((await ask(up().site, { path: "/", from: "127.0.0.74" })).status, 200);
      });
  });

  describe("two stacks side by side", () => {
    it("have the same addresses and do not meet", async () => {
      const other = await TestStack.make("test-second", { servers: smallTopology });
      try {
        await other.up();
        assert.deepEqual(other.outputs.servers, up().outputs.servers);
        assert.equal((await ask(other.site, { ...entry("in the second"), from: "127.0.0.71" })).status, 201);
        const { body } = await ask(up().site, { path: "/api/entries?limit=50", from: "127.0.0.72" });
        assert.doesNotMatch(body, /in the second/);
        assert.notEqual(other.outputs.caCertificate, up().outputs.caCertificate);
      } finally {
        await other.destroy();
      }
      assert.equal(
        (await ask(up().site, { path: "/", from: "127.0.0.73" })).status,
        200,
        "the first goes on",
      );
    });
  });

  describe("passthrough", () => {
    it("is decrypted only on the web server, which shows the visitor's certificate", async () => {
      up().configure({ tls: { mode: "passthrough" }, limits: { ...limits, requestsPer10s: 1000 } });
      await up().up();
      const { status, headers } = await ask(up().site, { path: "/" });
      assert.equal(status, 200);
      assert.ok(headers["strict-transport-security"]);
      const whoami = await ask(up().site, {
        path: "/api/whoami",
        from: "127.0.0.9",
        headers: { "x-forwarded-for": "203.0.113.9" },
      });
      assert.match(whoami.body, /127\.0\.0\.9/);
      const balancer = (await up().inHost("lb-1", "cat /run/host/etc/balancer/haproxy.cfg")).stdout;
      assert.doesNotMatch(balancer, /ssl crt .*visitor/);
    });
  });

  describe("another site", () => {
    it("with the same contract is served in place of the default one", async () => {
      up().configure({ tls: { mode: "reencrypt" }, site: { directory: "tests/fixtures/second-site" } });
      await up().up();
      const { status, body } = await ask(up().site, { path: "/" });
      assert.equal(status, 200);
      assert.doesNotMatch(body, /guest ?book/i);
      assert.equal((await ask(up().site, { path: "/health/ready" })).status, 200);
    });
  });

  after(async () => {
    await stack?.destroy();
  });
});

describe("bad input", () => {
  it("in the configuration gives one message with every finding, and makes nothing", async () => {
    const stack = await TestStack.make("test-bad", {
      servers: [{ name: "web-1", role: "wbe", zone: "a" }],
      colour: "blue",
      tls: { minimumVersion: "1.1" },
    });
    const { code, stdout } = await stack.pulumi("up", "--yes", "--skip-preview");
    assert.notEqual(code, 0);
    for (const path of ["foobar:servers[0].role", "foobar:colour", "foobar:tls.minimumVersion"]) {
      assert.ok(stdout.includes(path), `${path} is not in:\n${stdout}`);
    }
    assert.doesNotMatch(stdout, /^\s+at .*\(.*:\d+:\d+\)/m, "a stack trace");
    assert.ok(!existsSync(join(projectRoot, stack.directory)));
    await stack.destroy();
  });

  it("a port in use is told with the key that changes it, and nothing is left", async () => {
    const stack = await TestStack.make("test-port", { servers: smallTopology });
    const server = createServer();
    await new Promise<void>((done) => server.listen(stack.ports.httpsPort, "127.0.0.1", done));
    try {
      const { code, stdout } = await stack.pulumi("up", "--yes", "--skip-preview");
      assert.notEqual(code, 0);
      assert.match(stdout, /foobar:onebox\.httpsPort/);
      assert.match(stdout, new RegExp(`127\\.0\\.0\\.1:${stack.ports.httpsPort}`));
      assert.equal(liveSandbox(stack.directory), null);
    } finally {
      server.close();
    }
    await stack.destroy();
    assert.ok(!existsSync(join(projectRoot, stack.directory)));
  });
});
