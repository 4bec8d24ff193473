/** Lines of `foobar:servers` come, go and change: who stays is left alone, and no data is lost by accident. */
import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { request } from "node:https";
import { join, relative } from "node:path";
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { repeatableRequest } from "../../../hosts/limits.ts";
import { keepAllBackups } from "../../../provider/databaseBackups.ts";
import { runInSandbox } from "../../../provider/enter.ts";
import { outliveFolder } from "../../../provider/keptBackups.ts";
import { sqlInHost } from "../../../tools/drills/hosts.ts";
import { ask, type Target } from "../../../tools/drills/http.ts";
import { projectRoot } from "../../../tools/paths.ts";
import type { Config, TestServer, TestStack } from "../support/stack.ts";
import { upUnderLoad } from "./rolling.ts";

/** Milliseconds between two requests of a visitor. */
const pace = 50;

/** Milliseconds: a web server that is told to end is killed after five seconds. */
const longerThanAStop = 8000;

/**
 * Asks who answers, with a body whose end comes when `end` says so, and something of it all the time until then.
 * @returns the web server that answered
 */
function slowRequest(target: Target, end: Promise<unknown>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const call = request(
    {
      ...{ host: "127.0.0.1", port: target.port, ca: target.ca, servername: target.name, agent: false },
      path: "/api/whoami",
      headers: { host: `${target.name}:${target.port}`, "transfer-encoding": "chunked" },
    },
    (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => {
        if (response.statusCode === 200) resolve(answered.parse(JSON.parse(text)).server);
        else reject(new Error(`${response.statusCode} ${text}`));
      });
      response.on("error", reject);
    },
  );
  call.on("error", reject);
  // More than a balancer keeps back until it has everything.
  call.write(" ".repeat(repeatableRequest));
  const writing = setInterval(() => call.write(" "), 500);
  void end.then(() => {
    clearInterval(writing);
    call.end();
  });
  return promise;
}

const answered = z.object({ server: z.string() }).loose();

/** Declares the tests: the last ones of a stack, since its servers are others afterwards. */
export function departures(stack: () => TestStack, topology: readonly TestServer[], limits: Config): void {
  /** The servers with some lines changed, taken out (null) or added. */
  const changed = (
    servers: readonly TestServer[],
    changes: Readonly<Record<string, Partial<TestServer> | null>>,
  ): readonly TestServer[] =>
    servers.flatMap((server) => {
      const change = changes[server.name];
      return change === null ? [] : [{ ...server, ...change }];
    });
  let servers = topology;
  const choose = (changes: Parameters<typeof changed>[1]) => {
    servers = changed(servers, changes);
    stack().configure({ servers });
  };

  const entries = (host: string) =>
    sqlInHost(
      stack().directory,
      host,
      "SET SESSION wsrep_sync_wait = 1; SELECT COUNT(*) FROM foobar.entries",
    );
  const backups = async () => {
    const { code, stdout, stderr } = await stack().command("backups").ended;
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const write = async (text: string) => {
    const body = JSON.stringify({ author: "a test", text });
    const { status } = await ask(stack().site, { method: "POST", path: "/api/entries", body });
    assert.equal(status, 201);
  };
  const newest = async () => (await ask(stack().site, { path: "/api/entries?limit=3" })).body;
  const folder = (host: string) => join(projectRoot, stack().directory, "hosts", host);
  const isThere = (host: string) => existsSync(folder(host));
  const databasePid = (host: string) => stack().inHost(host, "s6-svstat -o pid /run/scan/mariadb");

  /** Both say the same of a change, by name, and make nothing. */
  async function refused(
    change: Parameters<typeof changed>[1],
    because: RegExp,
    operations: readonly (readonly [string, ...string[]])[] = [
      ["preview"],
      ["up", "--yes", "--skip-preview"],
    ],
  ): Promise<void> {
    stack().configure({ servers: changed(servers, change) });
    try {
      for (const operation of operations) {
        const { code, stdout } = await stack().pulumi(...operation);
        assert.notEqual(code, 0, stdout);
        assert.match(stdout, /The change is refused, and nothing was touched:/);
        for (const name of Object.keys(change))
          assert.match(stdout, new RegExp(`database server ${name} would be removed with its data`));
        assert.match(stdout, because);
      }
    } finally {
      stack().configure({ servers });
    }
  }

  describe("departures", () => {
    let backup = "";
    after(() => rmSync(outliveFolder(stack().directory), { recursive: true, force: true }));

    it("mean nothing to lines that are only swapped", async () => {
      stack().configure({ servers: topology.toReversed() });
      const { code, stdout } = await stack().pulumi("preview", "--expect-no-changes");
      assert.equal(code, 0, stdout);
      stack().configure({ servers });
    });

    it("of two of three database servers at once are refused, and nothing is touched", async () => {
      const before = await databasePid("db-1");
      await refused(
        { "db-1": { name: "db-4" }, "db-2": { name: "db-5" } },
        /only db-3 has a synced copy, and 2 are needed/,
      );
      assert.deepEqual(await databasePid("db-1"), before);
      assert.deepEqual(["db-4", "db-5"].filter(isThere), []);
    });

    it("of a database server and of a web server for others fail no read and lose nothing", async () => {
      await write("before the backup");
      const made = await stack().command("backup").ended;
      assert.equal(made.code, 0, made.stderr);
      [backup = ""] = /db-\d\/\d\S+Z/.exec(await backups()) ?? [];
      const before = Number(await entries("db-2"));
      // Those with which the stack was made: an earlier topic had drains cut off after five seconds.
      stack().configure({ limits });
      choose({ "db-1": { name: "db-4" }, "web-1": { name: "web-4" } });
      await upUnderLoad(stack(), pace, undefined, true);
      assert.ok(Number(await entries("db-4")) > before);
      assert.equal(await entries("db-4"), await entries("db-2"));
      assert.deepEqual(["db-1", "web-1"].filter(isThere), []);
      assert.match(await backups(), new RegExp(`^${backup} `, "m"));
      const { stdout: links } = await runInSandbox(stack().directory, ["ip", "-oneline", "link"]);
      assert.equal(
        links.match(/ v\d+@/g)?.length,
        topology.length + 1,
        "one a host, the gateway's among them",
      );
    });

    it("of a web server to another zone fail no request, and cut none that is under way", async () => {
      const before = stack().outputs.servers["web-2"];
      choose({ "web-2": { zone: "c" } });
      const departure = Promise.withResolvers<void>();
      // So many that each server has one.
      const requests = Promise.allSettled(
        Array.from({ length: 12 }, () =>
          slowRequest(
            stack().site,
            departure.promise.then(() => setTimeout(longerThanAStop)),
          ),
        ),
      );
      await upUnderLoad(stack(), pace, (line) => {
        if (/Roster roster updat/.test(line)) departure.resolve();
      });
      const ends = (await requests).map((end) =>
        end.status === "fulfilled" ? end.value : String(end.reason),
      );
      assert.deepEqual([...new Set(ends)].sort(), ["web-2", "web-3", "web-4"]);
      assert.notEqual(stack().outputs.servers["web-2"], before);
    });

    it("of two of three database servers leave the third one with everything", async () => {
      const before = await entries("db-2");
      choose({ "db-3": null, "db-4": null });
      await stack().up();
      assert.equal(await entries("db-2"), before);
      await write("by one server");
      assert.match(await backups(), new RegExp(`^${backup} `, "m"));
    });

    it("of the last copy are refused, under another name and to another zone", async () => {
      const because = /no database server that stays has a synced copy/;
      await refused({ "db-2": { name: "db-9" } }, because);
      await refused({ "db-2": { zone: "c" } }, because, [["preview"]]);
      assert.match(await newest(), /by one server/);
    });

    it("leave backups that another server takes up, and from where they outlive the whole stack", async () => {
      const kept = keepAllBackups(stack().directory);
      assert.ok((await backups()).includes(`  kept in ${relative(projectRoot, kept)}/`));
      const { code, stdout, stderr } = await stack().command("restore", "--backup", backup, "--yes").ended;
      assert.equal(code, 0, `${stdout}${stderr}`);
      assert.doesNotMatch(await newest(), /by one server/);
      assert.match(await newest(), /before the backup/);
    });

    it("of the last copy are done when it is named in database.discard", async () => {
      stack().configure({ database: { discard: ["db-2"] } });
      choose({ "db-2": { name: "db-9" } });
      await stack().up();
      assert.equal(await entries("db-9"), "0");
      await write("on an empty database");
      assert.ok(!isThere("db-2"));
      assert.match(await backups(), new RegExp(`^${backup} `, "m"));
    });
  });
}
