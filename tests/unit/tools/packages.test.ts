import assert from "node:assert/strict";
import { chmod, lstat, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { aptConfiguration, parseUris } from "../../../tools/packages/aptText.ts";
import { overlayScript, packagedCommand } from "../../../tools/packages/command.ts";
import { testPackages } from "../../../tools/packages/list.ts";
import { withoutApt } from "../../../tools/packages/packages.ts";
import { unpack } from "../../../tools/packages/unpack.ts";
import { run, runOrFail } from "../../../tools/run.ts";

describe("apt's private configuration", () => {
  const dump = [
    'Acquire::http::Proxy "http://proxy:3128";',
    'APT::Sandbox::User "_apt";',
    'APT::Update::Post-Invoke:: "rm -f /var/cache/apt/archives/*.deb";',
    'DPkg::Post-Invoke:: "touch /hooked";',
    'Dpkg::Pre-Invoke:: "touch /hooked";',
    'Dir "/";',
    'Dir::Cache::archives "archives/";',
    'Dir::Etc::sourcelist "sources.list";',
    'Dir::Etc::parts "apt.conf.d";',
  ].join("\n");
  const text = aptConfiguration(dump, { folder: "/p q/apt", status: "/var/lib/dpkg/status" });

  it("keeps proxies and sources of the machine", () => {
    assert.match(text, /^Acquire::http::Proxy "http:\/\/proxy:3128";$/m);
    assert.match(text, /^Dir::Etc::sourcelist "sources\.list";$/m);
  });

  it("leaves out hooks, users and places of the machine", () => {
    assert.doesNotMatch(text, /Invoke|_apt|"\/";|apt\.conf\.d/);
  });

  it("writes only below its own folder", () => {
    for (const place of ["Dir::State ", "Dir::Cache ", "Dir::Log "]) {
      assert.match(text, new RegExp(`^${place}"/p q/apt/`, "m"));
    }
    assert.match(text, /^Dir::State::status "\/var\/lib\/dpkg\/status";$/m);
  });

  it("is what apt reads", async () => {
    const folder = await mkdtemp(join(tmpdir(), "apt "));
    try {
      const path = join(folder, "apt.conf");
      await writeFile(path, aptConfiguration(dump, { folder, status: "/var/lib/dpkg/status" }));
      const env = { ...process.env, APT_CONFIG: path };
      const out = await runOrFail(
        "apt",
        ["apt-config", "shell", "D", "Dir::Cache/d", "P", "Acquire::http::Proxy"],
        { env },
      );
      assert.match(out, new RegExp(`^D='${folder}/cache/`, "m"));
      assert.match(out, /^P='http:\/\/proxy:3128'$/m);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("parseUris", () => {
  it("reads file names and sizes, with and without a checksum", () => {
    const output = [
      "'http://d/pool/h/haproxy_2.6%2bdeb_amd64.deb' haproxy_2.6+deb_amd64.deb 2042596 ",
      "'http://d/pool/l/lua_5.3_amd64.deb' lua_5.3_amd64.deb 122984 MD5Sum:60b9",
      "Reading package lists...",
    ].join("\n");
    assert.deepEqual(parseUris(output), [
      { file: "haproxy_2.6+deb_amd64.deb", size: 2042596 },
      { file: "lua_5.3_amd64.deb", size: 122984 },
    ]);
  });
});

describe("the tests' packages", () => {
  it("name each package and each proof once", () => {
    assert.equal(new Set(testPackages.map(({ name }) => name)).size, testPackages.length);
    assert.equal(new Set(testPackages.map(({ proof }) => proof)).size, testPackages.length);
  });

  it("are what a machine without apt is told to install", () => {
    assert.match(withoutApt(testPackages), /no apt[\s\S]*chromium \(\/usr\/bin\/chromium\): pages/);
  });
});

describe("unpack", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "un pack-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function archive(): Promise<string> {
    const source = join(folder, "source");
    for (const part of ["DEBIAN", "sbin", "usr/bin"]) await mkdir(join(source, part), { recursive: true });
    await chmod(join(source, "DEBIAN"), 0o755);
    await writeFile(
      join(source, "DEBIAN/control"),
      "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.com>\nDescription: x\n",
    );
    await writeFile(join(source, "DEBIAN/postinst"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    await writeFile(join(source, "sbin/daemon"), "daemon");
    await writeFile(join(source, "usr/bin/tool"), "tool");
    await chmod(join(source, "usr/bin/tool"), 0o4755);
    const target = join(folder, "x.deb");
    await runOrFail("dpkg-deb", ["dpkg-deb", "--root-owner-group", "--build", source, target]);
    return target;
  }

  it("merges /sbin into /usr/sbin, runs no script and leaves no set-uid program", async () => {
    const tree = join(folder, "tree");
    const seen: string[] = [];
    await unpack([await archive()], tree, (name) => seen.push(name));
    assert.deepEqual(seen, ["x.deb"]);
    assert((await lstat(join(tree, "sbin"))).isSymbolicLink());
    assert.equal(await readFile(join(tree, "usr/sbin/daemon"), "utf8"), "daemon");
    assert.equal((await stat(join(tree, "usr/bin/tool"))).mode & 0o7777, 0o755);
  });

  it("fails on a broken archive", async () => {
    const broken = join(folder, "broken.deb");
    await writeFile(broken, "no archive");
    await assert.rejects(
      unpack([broken], join(folder, "tree"), () => undefined),
      /OS packages: `bash/,
    );
  });
});

describe("packagedCommand", () => {
  it("finds the programs of the packages, in the caller's working directory", async () => {
    const script = 'command -v certutil && printf "%s\\n" "$PWD" "$1"';
    const argv = packagedCommand(["sh", "-c", script, "sh", "a b"]);
    // An ordinary user's PATH on Debian.
    const env = { PATH: "/usr/local/bin:/usr/bin:/bin" };
    const { code, stdout, stderr } = await run(argv, { cwd: tmpdir(), env });
    assert.equal(code, 0, stderr);
    assert.deepEqual(stdout.trim().split("\n").slice(1), [tmpdir(), "a b"]);
  });

  it("hands the exit code on", async () => {
    assert.equal((await run(packagedCommand(["sh", "-c", "exit 7"]))).code, 7);
  });

  it("lays the packages over /usr and the machine's own files over their /etc", () => {
    assert.match(overlayScript, /lowerdir=usr:\/usr \/usr/);
    assert.match(overlayScript, /lowerdir=\/etc:etc \/etc/);
  });
});
