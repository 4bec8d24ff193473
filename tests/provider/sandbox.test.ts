import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { handlerOf } from "../../provider/dispatch.ts";
import { runInHost, runInSandbox } from "../../provider/enter.ts";
import { liveSandbox, project } from "../../provider/handles.ts";
import { Refusal } from "../../provider/kind.ts";
import { bridge } from "../../provider/kinds/bridge.ts";
import { host } from "../../provider/kinds/host.ts";
import { sandbox } from "../../provider/kinds/sandbox.ts";
import { service } from "../../provider/kinds/service.ts";
import { kill, run, startTime, until } from "../../provider/system.ts";
import {
  ask,
  askFromOutside,
  freePort,
  processesOf,
  Stack,
  untilAnswer,
  untilNothingRuns,
} from "./support/stack.ts";

/** Names of the machine's own links, and of the network namespaces that it has names for. */
async function networkOfMachine(): Promise<readonly string[]> {
  const { stdout } = await run(["ip", "netns", "list"], { accept: "any" });
  return [...Object.keys(links()), ...stdout.split("\n")];
}

const links = (): Record<string, true> =>
  Object.fromEntries(
    readFileSync("/proc/net/dev", "utf8")
      .split("\n")
      .slice(2)
      .map((line) => [line.split(":")[0]?.trim() ?? "", true]),
  );

describe("a sandbox", () => {
  const stacks: Stack[] = [];
  const made = (ports?: readonly number[]) => {
    const stack = new Stack(ports);
    stacks.push(stack);
    return stack;
  };
  afterEach(async () => {
    for (const stack of stacks.splice(0)) await stack.end();
  });

  it("touches nothing of the machine's network, and leaves no process, mount or file", async () => {
    const network = await networkOfMachine();
    const port = await freePort();
    const stack = made([port]);
    await stack.start();
    await stack.hosts(1);
    await stack.serve(1, "here");
    assert.ok(processesOf(stack.directory).length > 5, "the stack's processes are not found");
    assert.deepEqual(await networkOfMachine(), network);

    await sandbox.remove(stack.sandbox);
    await untilNothingRuns(stack.directory);
    assert.equal(existsSync(stack.directory), false);
    assert.deepEqual(await networkOfMachine(), network);
    const server = createServer();
    await new Promise<void>((done, fail) => server.once("error", fail).listen(port, "127.0.0.1", done));
    await new Promise((done) => server.close(done));
  });

  it("is removed when nothing of it is there, any number of times", async () => {
    const stack = made();
    await sandbox.remove(stack.sandbox);
    await sandbox.remove(stack.sandbox);
    assert.equal(existsSync(stack.directory), false);
  });

  it("does not meet another one with the same addresses, nor does the machine reach into it", async () => {
    const one = made();
    const other = made();
    await Promise.all([one.start(), other.start()]);
    await Promise.all([one.hosts(1, 2), other.hosts(1, 2, 3)]);
    await Promise.all([one.serve(1, "one"), other.serve(1, "other"), other.serve(3, "third")]);
    assert.equal((await untilAnswer(one.at(2), one.address(1))).word, "one");
    assert.equal((await untilAnswer(other.at(2), other.address(1))).word, "other");
    assert.equal((await untilAnswer(other.at(2), other.address(3))).word, "third");
    assert.equal(await ask(one.at(2), other.address(3)), null);
    assert.equal(await askFromOutside(one.address(1)), null);

    await one.end();
    assert.equal((await untilAnswer(other.at(2), other.address(1))).word, "other");
  });

  it("shows a host its own files and the userland only: no other host's, not the stack's folder, nothing of this machine", async () => {
    const stack = made();
    await stack.start();
    await stack.hosts(1, 2);
    writeFileSync(join(stack.directory, "hosts/web-1/data/key"), "mine");
    const look = `hostname; cat /run/host/data/key; echo; echo / $(ls -A /); echo /run $(ls -A /run); ls -A /tmp
ls -A /old ${stack.directory} ${project} /proc/1/root/old`;
    const all = "/ bin dev etc lib lib64 proc run sbin tmp usr var\n/run host node scan\n";
    const { stdout } = await runInHost(stack.at(1), ["sh", "-c", look], { accept: "any" });
    assert.equal(stdout, `web-1\nmine\n${all}`);
    const other = await runInHost(stack.at(2), ["sh", "-c", look], { accept: "any" });
    assert.equal(other.stdout, `web-2\n\n${all}`);
  });

  it("is refused on a port in use, with the setting that changes it, before anything is made", async () => {
    const port = await freePort();
    const server = createServer();
    await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
    try {
      const stack = made([await freePort(), port]);
      await assert.rejects(sandbox.ensure(stack.sandbox, null), (error) => {
        assert.ok(error instanceof Refusal);
        assert.match(
          error.message,
          new RegExp(`foobar:port1: 127\\.0\\.0\\.1:${port} cannot be listened on`),
        );
        assert.match(error.message, /pulumi config set --path 'foobar:port1' PORT/);
        assert.doesNotMatch(error.message, /foobar:port0/);
        return true;
      });
      assert.ok(!existsSync(stack.directory), "its folder is made");
    } finally {
      await new Promise((done) => server.close(done));
    }
  });

  it("goes on running when a change of its ports is refused, and keeps those that stay", async () => {
    const kept = await freePort();
    const stack = made([kept]);
    await stack.start();
    const before = stack.handle.incarnation;
    const server = createServer();
    const busy = await freePort();
    await new Promise<void>((done) => server.listen(busy, "127.0.0.1", done));
    const listeners = [kept, busy].map((port) => ({ address: "127.0.0.1", port, setting: "foobar:port" }));
    const wanted = { ...stack.sandbox, listeners };
    try {
      await assert.rejects(sandbox.ensure(wanted, stack.sandbox), Refusal);
      assert.equal(stack.handle.incarnation, before);
    } finally {
      await new Promise((done) => server.close(done));
    }
    await sandbox.ensure(wanted, stack.sandbox);
    assert.notEqual(stack.handle.incarnation, before);
    assert.deepEqual(await sandbox.observe(wanted, {}), []);
    assert.deepEqual(await sandbox.observe(stack.sandbox, {}), ["it was started with other settings"]);
  });

  it("that lacks its userland says what to do", async () => {
    const stack = made();
    await assert.rejects(
      sandbox.ensure({ ...stack.sandbox, userland: stack.directory }, null),
      /userland: .* is not there[\s\S]*npm run setup/,
    );
    assert.equal(existsSync(join(stack.directory, "incarnation")), false);
  });

  it("whose first process was killed says so, and comes back with its data and all that lived in it", async () => {
    const stack = made();
    await stack.start();
    await stack.hosts(1, 2);
    await stack.serve(1, "kept");
    writeFileSync(join(stack.directory, "hosts/web-1/data/row"), "acknowledged");
    const pid = liveSandbox(stack.directory)?.pid ?? 0;
    kill(pid);
    await until("its end", 5000, () => (startTime(pid) === null ? null : "it runs"));

    assert.deepEqual(await sandbox.observe(stack.sandbox, {}), ["its first process does not run"]);
    const down = ["the sandbox does not run"];
    assert.deepEqual(await bridge.observe({ sandbox: stack.handle, name: "stack" }, {}), down);
    assert.deepEqual(await host.observe(stack.host(1), {}), down);
    assert.deepEqual(await service.observe(stack.server(1), {}), ["host web-1 is down"]);

    await stack.start();
    await stack.hosts(1, 2);
    // Services come back by themselves, before anybody asks for them.
    assert.equal((await untilAnswer(stack.at(2), stack.address(1))).word, "kept");
    assert.deepEqual(await service.observe(stack.server(1), {}), []);
    assert.equal(readFileSync(join(stack.directory, "hosts/web-1/data/row"), "utf8"), "acknowledged");
    assert.deepEqual(await sandbox.observe(stack.sandbox, {}), []);
  });

  it("is started anew on another userland, which may then be deleted, and comes back with its data and all that lived in it", async () => {
    const stack = made();
    await stack.start();
    await stack.hosts(1);
    await stack.serve(1, "kept");
    writeFileSync(join(stack.directory, "hosts/web-1/data/row"), "acknowledged");
    const before = stack.handle.incarnation;
    // The same programs, and something that tells this tree.
    const userland = join(mkdtempSync(join(tmpdir(), "foobar-userland-")), "tree");
    const tree = realpathSync(join(project, stack.sandbox.userland));
    await run(["cp", "-a", "--link", tree, userland]);
    writeFileSync(join(userland, "etc/newer"), "newer");
    const wanted = { ...stack.sandbox, userland };
    try {
      const { changes, replaces } = handlerOf(sandbox).diff(stack.sandbox, wanted);
      assert.deepEqual({ changes, replaces }, { changes: true, replaces: [] });
      await sandbox.ensure(wanted, stack.sandbox);
      // A cache is there to be deleted: what runs, and what is started later, stands on the stack's own.
      rmSync(userland, { recursive: true });
      await bridge.ensure({ sandbox: stack.handle, name: "stack" }, null);
      await stack.hosts(1);
      assert.notEqual(stack.handle.incarnation, before);
      const mounted = await runInSandbox(stack.directory, ["cat", "/etc/newer"]);
      assert.equal(mounted.stdout, "newer");
      await service.ensure(stack.server(1), null);
      assert.equal((await untilAnswer(stack.at(1), stack.address(1))).word, "kept");
      assert.equal(readFileSync(join(stack.directory, "hosts/web-1/data/row"), "utf8"), "acknowledged");
    } finally {
      await stack.end();
      rmSync(dirname(userland), { recursive: true });
    }
  });

  it("is imported by its folder, and its hosts by theirs", async () => {
    const stack = made();
    await stack.start();
    await stack.hosts(1);
    assert.deepEqual(await sandbox.adopt?.(stack.directory), {
      inputs: stack.sandbox,
      outputs: { handle: stack.handle },
    });
    assert.deepEqual(await host.adopt?.(host.id(stack.host(1))), {
      inputs: stack.host(1),
      outputs: { handle: stack.at(1) },
    });
  });
});
