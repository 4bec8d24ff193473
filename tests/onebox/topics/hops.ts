/** Every hop is encrypted, and whoever cannot show who they are is turned away. */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { ports } from "../../../hosts/ports.ts";
import { stackFolder } from "../../../provider/handles.ts";
import { dataFolder } from "../../../tools/paths.ts";
import { run } from "../../../tools/run.ts";
import type { TestStack } from "../support/stack.ts";

const ca = "/run/host/etc/agent/tls/ca.pem";

/** What openssl says of a TLS connection made from inside a host. */
async function dial(stack: TestStack, from: string, to: string, port: number, more = ""): Promise<string> {
  const command = `openssl s_client -connect ${to}:${port} -servername ${to} -verify_hostname ${to} -CAfile ${ca} ${more} -brief </dev/null 2>&1`;
  return (await stack.inHost(from, command, { accept: "any", timeout: 10_000 })).stdout;
}

const agentCertificate =
  "-cert /run/host/etc/balancer/tls/certificate.pem -key /run/host/etc/balancer/tls/key.pem";

/** Folders of the stack's hosts that belong to a daemon and hold a file of root's: root wrote there, or would again. */
async function rootInDaemonsFolders(directory: string): Promise<readonly string[]> {
  const found = await run(["find", directory, "-uid", "0", "!", "-type", "d", "-printf", "%h\\n"]);
  assert.equal(found.code, 0, found.stderr);
  const folders = [...new Set(found.stdout.trim().split("\n"))];
  return folders.filter((folder) => statSync(folder).uid !== 0);
}

/** Declares the tests. */
export function hops(stack: () => TestStack): void {
  describe("the hops", () => {
    it("lead no daemon to root: it writes nowhere into a daemon's folder, and the stack's is closed to others", async () => {
      const folder = stackFolder(stack().directory);
      assert.deepEqual(await rootInDaemonsFolders(join(folder, "hosts")), []);
      for (const path of [folder, dataFolder]) assert.equal(statSync(path).mode & 0o077, 0, path);
    });

    it("are all told as encrypted and authenticated", () => {
      const { tlsHops } = stack().outputs;
      assert.ok(tlsHops.length >= 8);
      // The test's own webhook speaks plain HTTP on this machine's loopback, and the output says so.
      const [toWebhook, others] = [true, false].map((is) =>
        tlsHops.filter(({ to }) => (to === "receivers") === is),
      );
      assert.deepEqual(
        toWebhook?.map(({ from, encrypted, authenticated }) => ({ from, encrypted, authenticated })),
        ["monitor", "balancer"].map((from) => ({ from, encrypted: false, authenticated: false })),
      );
      for (const hop of others ?? []) assert.ok(hop.encrypted && hop.authenticated, JSON.stringify(hop));
    });

    it("balancer → web: the server proves its name, and turns away a balancer without a certificate", async () => {
      const right = await dial(stack(), "lb-1", "web-1", ports.https, agentCertificate);
      assert.match(right, /Verification: OK/);
      assert.match(right, /TLSv1\.3/);
      const script = `exec 2>&1; curl -sS --cacert ${ca} --resolve web-1:443:$(getent hosts web-1 | cut -d' ' -f1) https://web-1/ -o /dev/null -w '%{http_code}'`;
      const { stdout } = await stack().inHost("lb-1", script, { accept: "any" });
      assert.match(stdout, /400|alert|certificate required/, stdout);
    });

    it("web → database: no password crosses without TLS, and the node proves its name", async () => {
      const client = (flags: string) =>
        `MYSQL_PWD=$(jq -r .password /run/host/etc/site/database.json) exec mariadb --no-defaults --host=db-1 --user=site ${flags} -BNe 'SELECT 1'`;
      const plain = await stack().inHost("web-1", client("--skip-ssl"), { accept: "any" });
      assert.notEqual(plain.code, 0, "the right password was taken without TLS");
      const secure = await stack().inHost("web-1", client(`--ssl-ca=${ca} --ssl-verify-server-cert`));
      assert.equal(secure.stdout.trim(), "1");
      const tls = await dial(stack(), "web-1", "db-1", ports.mysql, "-starttls mysql");
      assert.match(tls, /Verification: OK/);
    });

    it("web → database health: refused without a client certificate", async () => {
      const { stdout } = await stack().inHost(
        "web-1",
        `curl -sS --cacert ${ca} https://db-1:${ports.databaseHealth}/ -w '%{http_code}' 2>&1`,
        { accept: "any" },
      );
      assert.doesNotMatch(stdout, /200/);
      const combined = "/run/host/etc/database-proxy/tls/combined.pem";
      const allowed = await stack().inHost(
        "web-1",
        `curl -sS --cacert ${ca} --cert ${combined} https://db-1:${ports.databaseHealth}/ -o /dev/null -w '%{http_code}'`,
      );
      assert.equal(allowed.stdout, "200");
    });

    it("monitor → agents: refused without the monitor's certificate", async () => {
      const url = `https://web-1:${ports.agent}/node`;
      const own = "/run/host/etc/prometheus/tls/combined.pem";
      const allowed = await stack().inHost(
        "monitor",
        `curl -sS --cacert ${ca} --cert ${own} ${url} -o /dev/null -w '%{http_code}'`,
      );
      assert.equal(allowed.stdout, "200");
      const { stdout } = await stack().inHost(
        "monitor",
        `curl -sS --cacert ${ca} ${url} -w '%{http_code}' 2>&1`,
        { accept: "any" },
      );
      assert.doesNotMatch(stdout, /200$/);
    });

    it("database → database: replication speaks TLS with certificates of the stack's authority", async () => {
      const { stdout } = await stack().inHost(
        "db-1",
        "mariadb --no-defaults --socket=/run/host/run/mariadb/mariadb.sock --user=root -BN -e 'SELECT @@wsrep_provider_options'",
      );
      assert.match(stdout, /socket\.ssl = YES/);
      assert.match(
        await dial(
          stack(),
          "db-1",
          "db-2",
          ports.galera,
          "-cert /run/host/etc/mariadb/tls/certificate.pem -key /run/host/etc/mariadb/tls/key.pem",
        ),
        /Verification: OK/,
      );
      const stranger = await dial(stack(), "db-1", "db-2", ports.galera, "-tls1_2");
      assert.doesNotMatch(stranger, /CONNECTION ESTABLISHED/);
    });

    it("no private key or password is in plain text in the state", () => {
      const state = stack().stateText();
      assert.doesNotMatch(state, /PRIVATE KEY/);
      assert.doesNotMatch(state, /IDENTIFIED (BY|VIA)/);
    });

    it("the site's password is in no file of a database host", async () => {
      const password = stack().sitePassword("web-1");
      for (const name of stack().outputs.database.nodes) {
        const { stdout } = await stack().inHost(
          name,
          "cd /run/host && ls data/mariadb/data/galera.cache && grep --recursive --files-with-matches --text --fixed-strings --file=- .; :",
          { input: password },
        );
        assert.equal(stdout.trim(), "data/mariadb/data/galera.cache", name);
      }
    });
  });
}
