/** What was changed by hand is named exactly, and mended without touching the rest. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { directoryDigest } from "../../config/directoryDigest.ts";
import { hostPid, hostProc, runInHost, runInSandbox } from "../../provider/enter.ts";
import { hostFolder, requireSandbox } from "../../provider/handles.ts";
import { bridge } from "../../provider/kinds/bridge.ts";
import { directoryCopy } from "../../provider/kinds/directoryCopy.ts";
import { fileTree } from "../../provider/kinds/fileTree.ts";
import { host } from "../../provider/kinds/host.ts";
import { ruleSet } from "../../provider/kinds/ruleSet.ts";
import { service } from "../../provider/kinds/service.ts";
import { until } from "../../provider/system.ts";
import { ask, stackOfEach, untilAnswer } from "./support/stack.ts";

/** Lets in what `port` says and answers to what went out; all else is dropped. */
const rulesFor = (port: number) => `table inet filter {
  chain input {
    type filter hook input priority 0; policy drop;
    ct state established,related counter accept
    tcp dport ${port} counter accept
  }
}`;

describe("drift", () => {
  const stack = stackOfEach((made) => made.hosts(1, 2));

  /** Runs a script in the sandbox, above the hosts. */
  const inSandbox = (script: string) => runInSandbox(stack().directory, ["sh", "-ec", script]);
  const folder = (path: string) => join(hostFolder(stack().at(1)), path);
  const pidOf = async () => (await untilAnswer(stack().at(1), "127.0.0.1")).pid;

  describe("of a bridge", () => {
    it("is named and mended", async () => {
      const inputs = { sandbox: stack().handle, name: "stack" };
      await inSandbox("ip link set stack down");
      assert.deepEqual(await bridge.observe(inputs, {}), ["bridge stack is missing or down"]);
      await bridge.ensure(inputs, inputs);
      assert.deepEqual(await bridge.observe(inputs, {}), []);
    });
  });

  describe("of a host", () => {
    const lost: readonly (readonly [string, string, readonly string[]])[] = [
      ["a link that is down", "ip link set v1 down", ["its link is missing or down"]],
      [
        "a link that is gone",
        "ip link del v1",
        ["its link is missing or down", "its link is down or lacks the address 10.99.0.1/24"],
      ],
      [
        "an address that is gone",
        "nsenter --net=/run/netns/web-1 ip address flush dev eth0",
        ["its link is down or lacks the address 10.99.0.1/24"],
      ],
    ];
    for (const [what, script, names] of lost)
      it(`by ${what} is named and mended under what runs`, async () => {
        await stack().serve(1, "up");
        const before = await pidOf();
        await inSandbox(script);
        assert.deepEqual(await host.observe(stack().host(1), {}), names);
        assert.deepEqual(await host.observe(stack().host(2), {}), []);
        await host.ensure(stack().host(1), stack().host(1));
        assert.deepEqual(await host.observe(stack().host(1), {}), []);
        assert.equal((await untilAnswer(stack().at(2), stack().address(1))).pid, before);
      });

    it("by a network namespace that is gone is named, and mended with everything in it", async () => {
      await stack().serve(1, "up");
      const rules = { host: stack().at(1), rules: rulesFor(80) };
      const outputs = await ruleSet.ensure(rules, null);
      await inSandbox("ip netns del web-1");
      assert.deepEqual(await host.observe(stack().host(1), {}), ["its network namespace is missing"]);
      assert.deepEqual(await ruleSet.observe(rules, outputs), [
        "the network namespace of its host is missing",
      ]);
      await host.ensure(stack().host(1), stack().host(1));
      await ruleSet.ensure(rules, rules);
      assert.deepEqual(await host.observe(stack().host(1), {}), []);
      assert.equal((await untilAnswer(stack().at(2), stack().address(1))).word, "up");
    });

    it("by a killed supervisor ends by itself, with its services", async () => {
      await stack().serve(1, "up");
      const before = await pidOf();
      const live = requireSandbox(stack().directory);
      const old = hostPid(live, "web-1");
      await inSandbox(`kill -KILL ${old}`);
      await until("a new supervisor", 15_000, () => {
        const now = hostPid(live, "web-1");
        return now !== null && now !== old ? null : `it is ${now}`;
      });
      const after = await untilAnswer(stack().at(2), stack().address(1));
      assert.equal(after.word, "up");
      assert.deepEqual(await host.observe(stack().host(1), {}), []);
      // Another process id namespace: the number itself may be the same.
      assert.ok(before > 0 && after.pid > 0);
      // And nobody restarts it a second time.
      await service.ensure(stack().server(1), stack().server(1));
      assert.equal((await untilAnswer(stack().at(2), stack().address(1))).pid, after.pid);
    });

    it("by its own /etc is named and mended", async () => {
      writeFileSync(folder("system/hosts"), "10.0.0.1 evil\n");
      assert.deepEqual(await host.observe(stack().host(1), {}), ["system/hosts has another content"]);
      await host.ensure(stack().host(1), stack().host(1));
      assert.deepEqual(await host.observe(stack().host(1), {}), []);
      const { stdout } = await runInHost(stack().at(1), ["cat", "/etc/hosts"]);
      assert.match(stdout, /^127\.0\.0\.1 localhost$/m);
    });

    it("leaves nothing when the host goes, and the others alone", async () => {
      await stack().serve(1, "one");
      await stack().serve(2, "two");
      await host.remove(stack().host(1));
      assert.equal(hostProc(stack().at(1)), null);
      const { stdout } = await inSandbox("ip -o link; ip netns; ls -A /run/scan /run/hosts /run/stack/hosts");
      assert.doesNotMatch(stdout, /web-1|v1@/);
      assert.equal((await untilAnswer(stack().at(2), "127.0.0.1")).word, "two");
      await host.remove(stack().host(1));
    });
  });

  describe("of a rule set", () => {
    it("is none while packets are counted, is named when a rule is changed, and mended", async () => {
      await stack().serve(1, "up");
      const inputs = { host: stack().at(1), rules: rulesFor(80) };
      const outputs = await ruleSet.ensure(inputs, null);
      await untilAnswer(stack().at(2), stack().address(1));
      assert.deepEqual(await ruleSet.observe(inputs, outputs), []);
      await inSandbox("nsenter --net=/run/netns/web-1 nft add rule inet filter input tcp dport 22 accept");
      assert.deepEqual(await ruleSet.observe(inputs, outputs), [
        "the live rules are not the ones that were applied",
      ]);
      const again = await ruleSet.ensure(inputs, inputs);
      assert.deepEqual(again, outputs);
      assert.deepEqual(await ruleSet.observe(inputs, again), []);
    });

    it("that is wrong changes nothing, since it comes in one transaction", async () => {
      await stack().serve(1, "up");
      const inputs = { host: stack().at(1), rules: rulesFor(80) };
      const outputs = await ruleSet.ensure(inputs, null);
      await assert.rejects(
        ruleSet.ensure({ ...inputs, rules: `${rulesFor(81)}\nnonsense` }, inputs),
        /nonsense/,
      );
      assert.deepEqual(await ruleSet.observe(inputs, outputs), []);
    });

    it("holds back what it does not allow", async () => {
      await stack().serve(1, "up");
      await ruleSet.ensure({ host: stack().at(1), rules: rulesFor(81) }, null);
      assert.equal(await ask(stack().at(2), stack().address(1)), null);
      await ruleSet.remove({ host: stack().at(1), rules: rulesFor(81) });
      assert.equal((await untilAnswer(stack().at(2), stack().address(1))).word, "up");
    });

    it("is imported as it stands", async () => {
      const inputs = { host: stack().at(1), rules: rulesFor(80) };
      const outputs = await ruleSet.ensure(inputs, null);
      const adopted = await ruleSet.adopt?.(ruleSet.id(inputs));
      assert.deepEqual(adopted?.inputs.host, stack().at(1));
      assert.match(adopted?.inputs.rules ?? "", /tcp dport 80/);
      assert.deepEqual(adopted?.outputs, outputs);
    });
  });

  describe("of a file tree", () => {
    const tree = () => ({
      host: stack().at(1),
      name: "tree",
      files: {
        "etc/open": { content: "open", mode: "0644", user: "root" },
        "etc/deep/key": { content: "swordfish", mode: "0400", user: "nginx" },
      },
      folders: { "data/web": { mode: "0750", user: "nginx" } },
    });
    const kept = () => fileTree.kept.of(tree());
    const changes: readonly (readonly [string, () => void, string])[] = [
      ["another content", () => writeFileSync(folder("etc/open"), "shut"), "etc/open has another content"],
      ["another mode", () => chmodSync(folder("etc/deep/key"), 0o644), "etc/deep/key has another mode"],
      ["another mode of a folder", () => chmodSync(folder("data/web"), 0o777), "data/web has another mode"],
      ["a missing file", () => rmSync(folder("etc/open")), "etc/open is missing"],
      [
        "a folder in its place",
        () => {
          rmSync(folder("etc/open"));
          mkdirSync(folder("etc/open/inner"), { recursive: true });
        },
        "etc/open is not a file",
      ],
      [
        "a link in its place",
        () => {
          rmSync(folder("etc/open"));
          symlinkSync("deep/key", folder("etc/open"));
        },
        "etc/open is not a file",
      ],
      [
        "a file in the place of a folder",
        () => {
          rmSync(folder("data/web"), { recursive: true });
          writeFileSync(folder("data/web"), "");
        },
        "data/web is not a folder",
      ],
    ];
    for (const [what, change, name] of changes)
      it(`by ${what} is named and mended, and only that`, async () => {
        const outputs = await fileTree.ensure(tree(), null);
        const inodes = () => ["etc/open", "etc/deep/key"].map((path) => statSync(folder(path)).ino);
        const before = inodes();
        change();
        assert.deepEqual(await fileTree.observe(kept(), outputs), [name]);
        assert.deepEqual(await fileTree.ensure(tree(), kept()), outputs);
        assert.deepEqual(await fileTree.observe(kept(), outputs), []);
        assert.equal(readFileSync(folder("etc/open"), "utf8"), "open");
        const untouched = inodes().filter((inode, index) => inode === before[index]);
        assert.ok(untouched.length >= 1, "files that were right were written anew");
      });

    it("is none right after it was made, and its version tells each change", async () => {
      const { version } = await fileTree.ensure(tree(), null);
      assert.deepEqual(await fileTree.observe(kept(), {}), []);
      const others = await Promise.all(
        [
          { files: { ...tree().files, "etc/open": { content: "shut", mode: "0644", user: "root" } } },
          { files: { ...tree().files, "etc/open": { content: "open", mode: "0600", user: "root" } } },
          { folders: {} },
        ].map((over) => fileTree.ensure({ ...tree(), name: "other", ...over }, null)),
      );
      assert.equal(new Set([version, ...others.map((outputs) => outputs.version)]).size, 4);
    });

    it("is readable by its owner in the host, and by nobody else", async () => {
      await fileTree.ensure(tree(), null);
      const { stdout } = await runInHost(stack().at(1), ["stat", "-c", "%U %a", "/run/host/etc/deep/key"]);
      assert.equal(stdout, requireSandbox(stack().directory).rootless ? "root 400\n" : "nginx 400\n");
    });

    it("takes a file that is not in it any more away, and leaves what daemons wrote", async () => {
      await fileTree.ensure(tree(), null);
      writeFileSync(folder("data/web/row"), "acknowledged");
      const { "etc/open": open, ...files } = tree().files;
      assert.ok(open);
      await fileTree.ensure({ ...tree(), files }, kept());
      assert.throws(() => statSync(folder("etc/open")), /ENOENT/);
      await fileTree.remove(kept());
      assert.throws(() => statSync(folder("etc/deep/key")), /ENOENT/);
      assert.equal(readFileSync(folder("data/web/row"), "utf8"), "acknowledged");
    });
  });

  describe("of a directory copy", () => {
    const source = () => join(stack().directory, "source");
    const copy = () => ({
      host: stack().at(1),
      source: source(),
      digest: directoryDigest(source()),
      target: `site/${directoryDigest(source()).slice(0, 8)}`,
    });
    beforeEach(() => {
      mkdirSync(join(source(), "public"), { recursive: true, mode: 0o700 });
      writeFileSync(join(source(), "public/index.html"), "<p>", { mode: 0o600 });
      writeFileSync(join(source(), "start"), "#!/bin/sh\n", { mode: 0o700 });
    });

    it("is named and mended", async () => {
      const inputs = copy();
      await directoryCopy.ensure(inputs, null);
      assert.deepEqual(await directoryCopy.observe(inputs, {}), []);
      writeFileSync(folder(`${inputs.target}/public/index.html`), "<p>changed");
      assert.deepEqual(await directoryCopy.observe(inputs, {}), ["the copy has another content"]);
      await directoryCopy.ensure(inputs, inputs);
      assert.equal(readFileSync(folder(`${inputs.target}/public/index.html`), "utf8"), "<p>");
      await directoryCopy.remove(inputs);
      assert.deepEqual(await directoryCopy.observe(inputs, {}), ["the copy is missing"]);
    });

    it("is none for services that run as others, whatever the modes of the source", async () => {
      const inputs = copy();
      await directoryCopy.ensure(inputs, null);
      const modes = ["", "public", "public/index.html", "start"].map((path) =>
        (statSync(folder(`${inputs.target}/${path}`)).mode & 0o777).toString(8),
      );
      assert.deepEqual(modes, ["755", "755", "644", "755"]);
    });
  });
});
