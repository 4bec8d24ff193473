import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { z } from "zod";
import { runInHost } from "../../provider/enter.ts";
import { exitsScan, liveSandbox } from "../../provider/handles.ts";
import { type ExitsInputs, exits } from "../../provider/kinds/exits.ts";
import { sandbox } from "../../provider/kinds/sandbox.ts";
import { userId } from "../../provider/processes.ts";
import { kill, nameOf, until } from "../../provider/system.ts";
import { freePort, processesOf, Stack, untilNothingRuns } from "./support/stack.ts";

/** A server of this machine's own network that says a word to whoever connects, and keeps the connection. */
async function startSaying(word: string): Promise<{ readonly at: string; readonly server: Server }> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.write(word);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = z.object({ port: z.int() }).parse(server.address());
  return { at: `127.0.0.1:${port}`, server };
}

describe("ways out of a sandbox", () => {
  let stack: Stack;
  const servers: Server[] = [];
  const said = async (word: string) => {
    const { at, server } = await startSaying(word);
    servers.push(server);
    return at;
  };

  beforeEach(async () => {
    stack = new Stack();
    await stack.start();
    await stack.hosts(1);
  });
  afterEach(async () => {
    await stack.end();
    for (const server of servers.splice(0)) server.close();
  });

  const to = (leading: ExitsInputs["servers"]): ExitsInputs => ({
    host: stack.at(1),
    folder: "exits",
    user: "haproxy",
    servers: leading,
  });

  const rootless = () => liveSandbox(stack.directory)?.rootless ?? false;

  /** What a service user of the host hears by a socket within a second. */
  async function heard(name: string, user = "haproxy"): Promise<string> {
    const id = String(userId(1, user, rootless()));
    const as = rootless() ? [] : ["s6-applyuidgid", "-u", id, "-g", id];
    const command = [...as, "socat", "-T1", `UNIX-CONNECT:/run/host/exits/${name}`, "STDOUT"];
    const { stdout, stderr } = await runInHost(stack.at(1), command, { accept: "any" });
    return `${stdout}${stderr.includes("Permission denied") ? "refused" : ""}`;
  }

  const processOf = (name: string) =>
    readFileSync(join(exitsScan(stack.directory), name, "group"), "utf8").trim();

  it("come, change and go while it runs, and touch nothing but themselves", async () => {
    const [first, second, third] = [await said("first"), await said("second"), await said("third")];
    const { incarnation } = stack.handle;
    await exits.ensure(to({ a: first }), null);
    assert.equal(await heard("a"), "first");
    const process = processOf("a");

    await exits.ensure(to({ a: first, b: second }), to({ a: first }));
    assert.equal(await heard("b"), "second");
    assert.equal(processOf("a"), process, "the one that stayed was started anew");

    await exits.ensure(to({ a: first, b: third }), null);
    assert.equal(await heard("b"), "third");
    assert.deepEqual(await exits.observe(to({ a: first, b: third }), {}), []);

    await exits.ensure(to({ a: first }), null);
    assert.equal(existsSync(join(stack.directory, "hosts/web-1/exits/b")), false);
    assert.equal(processOf("a"), process);
    assert.equal(stack.handle.incarnation, incarnation);

    await exits.remove(to({ a: first }));
    await exits.remove(to({ a: first }));
    assert.equal(existsSync(join(stack.directory, "hosts/web-1/exits")), false);
    assert.deepEqual(await sandbox.observe(stack.sandbox, {}), []);
  });

  it("end what they pass on when they are taken away", async () => {
    const leading = to({ a: await said("a long story") });
    await exits.ensure(leading, null);
    const command = ["socat", "UNIX-CONNECT:/run/host/exits/a", "OPEN:/run/host/data/heard,creat"];
    const listening = runInHost(stack.at(1), command, { accept: "any" });
    const file = join(stack.directory, "hosts/web-1/data/heard");
    await until("the first words", 5000, () =>
      existsSync(file) && readFileSync(file, "utf8") !== "" ? null : "nothing is heard",
    );
    await exits.ensure(to({}), leading);
    await listening;
  });

  it("take the one user who may use them, and say so when another may", async () => {
    const leading = to({ a: await said("mine") });
    await exits.ensure(leading, null);
    if (!rootless()) assert.equal(await heard("a", "nginx"), "refused");
    chmodSync(join(stack.directory, "hosts/web-1/exits/a"), 0o666);
    const [drift = ""] = await exits.observe(leading, {});
    assert.match(drift, /^others may use the way to 127\.0\.0\.1:\d+$/);
    await exits.ensure(leading, leading);
    assert.deepEqual(await exits.observe(leading, {}), []);
    assert.equal(await heard("a"), "mine");
  });

  it("come back when their supervisor is killed, and end with the sandbox", async () => {
    const leading = to({ a: await said("still here") });
    await exits.ensure(leading, null);
    const supervisors = () =>
      processesOf(exitsScan(stack.directory)).filter((pid) => nameOf(pid) === "s6-svscan");
    const [supervisor = 0, ...others] = supervisors();
    assert.deepEqual(others, []);
    kill(supervisor);
    await until("another supervisor", 10_000, async () => {
      if (supervisors()[0] === undefined || supervisors()[0] === supervisor) return "none";
      return (await exits.observe(leading, {}))[0] ?? null;
    });
    await until("an answer", 10_000, async () => ((await heard("a")) === "still here" ? null : "none"));

    await sandbox.remove(stack.sandbox);
    await untilNothingRuns(stack.directory);
  });

  it("need a sandbox that knows them: one of an older version is started anew, on the ports that it holds", async () => {
    const port = await freePort();
    const older = new Stack([port]);
    try {
      await older.start();
      const before = older.handle.incarnation;
      const file = join(older.directory, "launch.json");
      const launch = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(file, "utf8")));
      writeFileSync(file, JSON.stringify({ ...launch, exits: { folder: "exits", servers: [] } }));
      assert.deepEqual(await sandbox.observe(older.sandbox, {}), ["it was started with other settings"]);
      await older.start();
      assert.notEqual(older.handle.incarnation, before);
    } finally {
      await older.end();
    }
  });
});
