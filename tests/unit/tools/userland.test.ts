import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Progress } from "../../../tools/progress.ts";
import { run, runOrFail } from "../../../tools/run.ts";
import { aptConfiguration, archivesIn, pathsIn } from "../../../tools/userland/aptText.ts";
import { inUserland } from "../../../tools/userland/command.ts";
import { addressesOf, downloadArchives, mirrorVariable } from "../../../tools/userland/download.ts";
import { isLeftOut, userlandPackages } from "../../../tools/userland/list.ts";
import { lockFile } from "../../../tools/userland/lock.ts";
import { type Archive, lockText, readLock } from "../../../tools/userland/lockText.ts";
import { unpackCommand } from "../../../tools/userland/tree.ts";

const made = new Date("2026-11-20T10:20:30.456Z");
const archiveOf = (name: string, content: string): Archive => ({
  path: `debian/pool/main/${name[0]}/${name}/${name}_1.0+dfsg-1_amd64.deb`,
  size: Buffer.byteLength(content),
  digest: createHash("sha256").update(content).digest("hex"),
});

describe("the userland's lock file", () => {
  const archives = [archiveOf("haproxy", "one"), archiveOf("bash", "two")];

  it("is read as it was written, in the order of its paths", () => {
    const read = readLock(lockText({ made, archives }));
    assert.deepEqual(read.made, made);
    assert.deepEqual(read.archives, archives.toReversed());
  });

  it("that is damaged says where", () => {
    const text = lockText({ made, archives });
    assert.throws(() => readLock(text.slice(text.indexOf("\n"))), /line 1 does not say when/);
    assert.throws(() => readLock(text.slice(0, -5)), /^Error: line 4 is no archive: /);
    assert.throws(() => readLock(text.replace("debian/pool", "../pool")), /line 3 is no archive/);
  });

  for (const architecture of ["amd64", "arm64"])
    it(`of ${architecture} holds each of the named packages, for that architecture, and none that is left out`, async () => {
      const { archives: all } = readLock(await readFile(lockFile(architecture), "utf8"));
      const names = all.map(({ path }) => /([^/_]+)_[^/]+_(?:all|\w+)\.deb$/.exec(path)?.[1] ?? path);
      for (const { name } of userlandPackages) assert.ok(names.includes(name), name);
      assert.deepEqual(names.filter(isLeftOut), []);
      for (const { path } of all) assert.match(path, new RegExp(`_(?:all|${architecture})\\.deb$`));
    });
});

describe("what apt is asked for the userland", () => {
  it("is asked with nothing of the machine's but its proxies", () => {
    const dump = [
      'Acquire::http::Proxy "http://proxy:3128";',
      'Dir::Etc::sourcelist "sources.list";',
      'APT::Architectures:: "i386";',
      'DPkg::Post-Invoke:: "touch /hooked";',
    ].join("\n");
    const text = aptConfiguration(dump, "/p q", "arm64");
    assert.match(text, /^Acquire::http::Proxy "http:\/\/proxy:3128";$/m);
    assert.match(text, /^Dir::Etc::sourcelist "\/p q\/sources\.list";$/m);
    assert.doesNotMatch(text, /i386|hooked/);
  });

  it("is read: paths of what hosts need, sizes and digests", () => {
    const printed = [
      "'http://deb.debian.org/debian/pool/main/h/haproxy/haproxy_3.0%2bx_amd64.deb' haproxy_3.0+x_amd64.deb 3 MD5Sum:0",
      "'http://deb.debian.org/debian/pool/main/s/systemd/systemd_257_amd64.deb' systemd_257_amd64.deb 3 MD5Sum:0",
    ].join("\n");
    assert.deepEqual(pathsIn(printed), ["debian/pool/main/h/haproxy/haproxy_3.0+x_amd64.deb"]);
    const dumped = `Package: haproxy\nFilename: pool/main/h/haproxy/haproxy_3.0+x_amd64.deb\nSize: 3\nSHA256: ${"a".repeat(64)}\n\nPackage: other\n`;
    assert.deepEqual(
      [...archivesIn(dumped)],
      [["pool/main/h/haproxy/haproxy_3.0+x_amd64.deb", { size: 3, digest: "a".repeat(64) }]],
    );
  });
});

describe("the userland's archives", () => {
  let folder: string;
  const contents = new Map<string, string>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "").slice(1);
    asked.push(path);
    const content = contents.get(path);
    response.writeHead(content === undefined ? 404 : 200).end(content);
  });
  const env = () => {
    const address: AddressInfo | string | null = server.address();
    assert.ok(address !== null && typeof address !== "string");
    return { [mirrorVariable]: `http://127.0.0.1:${address.port}/` };
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "archives-"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  beforeEach(() => {
    contents.clear();
    asked.length = 0;
  });
  after(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });
  const download = (archives: readonly Archive[], into: string) =>
    downloadArchives({ made, archives }, join(folder, into), new Progress("test"), env());

  it("are asked of one's own mirror, Debian's, and the snapshot of the lock file's day", () => {
    assert.deepEqual(addressesOf("debian-security/pool/x_1+2.deb", made, "https://mirror.example/"), [
      "https://mirror.example/debian-security/pool/x_1%2B2.deb",
      "http://deb.debian.org/debian-security/pool/x_1%2B2.deb",
      "http://snapshot.debian.org/archive/debian-security/20261120T102030Z/pool/x_1%2B2.deb",
    ]);
  });

  it("are fetched once, and what an interrupted run has fetched is not fetched again", async () => {
    const [one, two] = [archiveOf("one", "first"), archiveOf("two", "second")];
    contents.set(one.path, "first").set(two.path, "second");
    await download([one], "kept");
    const files = await download([one, two], "kept");
    assert.deepEqual(asked, [one.path, two.path]);
    assert.deepEqual(await Promise.all(files.map((file) => readFile(file, "utf8"))), ["first", "second"]);
  });

  it("of another content are refused, by name and reason, and nothing of them stays", async () => {
    const archive = { ...archiveOf("one", "first"), path: "debian/pool/main/n/nowhere/nowhere_1_amd64.deb" };
    contents.set(archive.path, "other");
    await assert.rejects(download([archive], "refused"), (error: Error) => {
      assert.match(error.message, /nowhere_1_amd64\.deb: its digest is another than the lock file's/);
      assert.ok(error.message.includes(mirrorVariable));
      return true;
    });
    const { stdout } = await run(["ls", "-A", join(folder, "refused")]);
    assert.equal(stdout, "");
  }).timeout(60_000);
});

describe("unpacking the userland", () => {
  it("keeps modes whatever the umask, runs no script and takes no documents along", async () => {
    const folder = await mkdtemp(join(tmpdir(), "un pack-"));
    try {
      const source = join(folder, "source");
      for (const part of ["DEBIAN", "usr/bin", "usr/share/doc/x"])
        await mkdir(join(source, part), { recursive: true });
      await chmod(join(source, "DEBIAN"), 0o755);
      const control =
        "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.com>\nDescription: x\n";
      await writeFile(join(source, "DEBIAN/control"), control);
      await writeFile(join(source, "DEBIAN/postinst"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
      await writeFile(join(source, "usr/bin/tool"), "tool");
      await chmod(join(source, "usr/bin/tool"), 0o755);
      await writeFile(join(source, "usr/share/doc/x/readme"), "long");
      const archive = join(folder, "x.deb");
      await runOrFail("dpkg-deb", ["dpkg-deb", "--root-owner-group", "--build", source, archive]);
      const tree = join(folder, "tree");
      await mkdir(tree);
      const argv = unpackCommand(archive, tree);
      await runOrFail("unpack", ["sh", "-c", 'umask 077; exec "$@"', "sh", ...argv]);
      assert.equal((await stat(join(tree, "usr/bin/tool"))).mode & 0o7777, 0o755);
      assert.equal((await stat(join(tree, "usr/bin"))).mode & 0o777, 0o755);
      await assert.rejects(stat(join(tree, "usr/share/doc/x")), /ENOENT/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("a command of the userland", () => {
  it("is the userland's program, in the caller's working directory, and its exit code is handed on", async () => {
    const script =
      '. /etc/os-release 2>/dev/null; haproxy -v | head -n 1; printf "%s\\n" "$PWD" "$1"; exit 7';
    // An ordinary user's PATH on Debian.
    const env = { PATH: "/usr/local/bin:/usr/bin:/bin" };
    const { code, stdout } = await run(inUserland(["sh", "-c", script, "sh", "a b"]), { cwd: tmpdir(), env });
    assert.equal(code, 7);
    const [version = "", ...rest] = stdout.trim().split("\n");
    assert.match(version, /^HAProxy version 3\./);
    assert.deepEqual(rest, [tmpdir(), "a b"]);
  });

  it("changes nothing of it", async () => {
    const { code, stderr } = await run(inUserland(["sh", "-c", ": >/usr/new"]));
    assert.notEqual(code, 0);
    assert.match(stderr, /Read-only file system/);
  });

  it("finds no program in it that would run as somebody else", async () => {
    const { stdout } = await run(inUserland(["find", "/usr", "-xdev", "-type", "f", "-perm", "/6000"]));
    assert.equal(stdout, "");
  });
});
