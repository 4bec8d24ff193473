import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import {
  asUser,
  folderHash,
  quote,
  type Supervised,
  serviceFolder,
  unsupervise,
} from "../../../provider/supervision.ts";
import { run, startTime, until } from "../../../provider/system.ts";
import { Workplace } from "../hosts/support/workplace.ts";

const service: Supervised = {
  command: ["sh", "-c", "exit 0"],
  userId: 0,
  root: false,
  groupIds: [],
  capabilities: [],
  environment: {},
  directory: "/",
  stopSignal: "TERM",
  stopTimeout: 5000,
  stateFile: null,
  share: "usual",
  output: { files: 4, bytes: 4_000_000, waiting: null },
  manual: false,
};

const textOf = (path: string, over: Partial<Supervised> = {}): string =>
  serviceFolder("web", { ...service, ...over }).find((file) => file.path === path)?.content ?? "";

/** A run script without what sets its service apart from others, for which it has to be in a host. */
const outsideOfHosts = (script: string): string =>
  script.replaceAll(/^(?:mount|mkdir|rmdir|\[ "\$\{1-\}" =).*\n/gm, "");

/** Anything an argument can hold: no program takes a NUL. */
const word = fc
  .oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary-ascii" }))
  .filter((text) => !text.includes("\0"));

const show = `for argument in "$@"; do printf '%s\\0' "$argument"; done`;

describe("words of a run script", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "foobar-service-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("reach the program as they are", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 20 }), async (words) => {
        const { stdout } = await run(["sh", "-s"], {
          input: `set -- ${words.map(quote).join(" ")}\n${show}\n`,
        });
        assert.deepEqual(stdout.split("\0").slice(0, -1), words);
      }),
      { numRuns: 25 },
    );
  });

  it("reach it through the whole script, with environment and directory", async () => {
    const name = fc.stringMatching(/^FOO[A-Za-z0-9_]{0,8}$/);
    await fc.assert(
      fc.asyncProperty(fc.array(word), fc.dictionary(name, word), async (words, environment) => {
        const print = `${show}; pwd; for name in ${Object.keys(environment).join(" ")}; do eval "printf '%s\\0' \\"\\$$name\\""; done`;
        const command = ["sh", "-c", print, "sh", ...words];
        const script = outsideOfHosts(textOf("run", { command, environment, directory: "/usr/share" }));
        const { stdout } = await run(["sh", "-s"], { input: `cd ${folder}\n${script}` });
        const expected = [
          ...words.map((text) => `${text}\0`),
          "/usr/share\n",
          ...Object.values(environment).map((text) => `${text}\0`),
        ];
        assert.equal(stdout, expected.join(""));
      }),
      { numRuns: 15 },
    );
  });
});

describe("the user of a service", () => {
  const none = "--inh-caps -all --ambient-caps -all --bounding-set -all --";
  const locked = "--no-new-privs --securebits +noroot,+noroot_locked";

  it("is changed before the program starts, with its groups", () => {
    assert.equal(
      asUser({ ...service, userId: 70, groupIds: [71, 72] }).join(" "),
      `setpriv --reuid 70 --regid 70 --groups 71,72 ${locked} ${none}`,
    );
    assert.equal(
      asUser({ ...service, userId: 70 }).join(" "),
      `setpriv --reuid 70 --regid 70 --clear-groups ${locked} ${none}`,
    );
  });

  it("has nothing of root's by its number alone", () => {
    assert.equal(asUser(service).join(" "), `setpriv ${locked} ${none}`);
  });

  it("keeps the capabilities that are named, and no other", () => {
    const kept = "-all,+net_admin,+net_raw";
    assert.ok(
      asUser({ ...service, userId: 70, capabilities: ["net_admin", "net_raw"] })
        .join(" ")
        .endsWith(`--inh-caps ${kept} --ambient-caps ${kept} --bounding-set ${kept} --`),
    );
  });
});

describe("a service folder", () => {
  it("says how it ends", () => {
    assert.equal(textOf("down-signal", { stopSignal: "QUIT" }), "QUIT\n");
    assert.equal(textOf("timeout-kill", { stopTimeout: 1500 }), "1500\n");
  });

  it("gets its share, in a session of its own", async () => {
    const command = ["sh", "-c", "nice; cat /proc/self/autogroup 2>/dev/null || true"];
    const folder = mkdtempSync(join(tmpdir(), "foobar-service-"));
    const said = async (share: Supervised["share"]) => {
      const input = `cd ${folder}\n${outsideOfHosts(textOf("run", { command, share }))}`;
      return (await run(["setsid", "--wait", "sh", "-s"], { input })).stdout;
    };
    try {
      assert.match(await said("less"), /^10\n(?:\/autogroup-\d+ nice 10\n)?$/);
      assert.match(await said("usual"), /^0\n(?:\/autogroup-\d+ nice 0\n)?$/);
      // Only root may give more; for anyone else it starts all the same.
      const most = process.getuid?.() === 0 ? "-10" : "0";
      assert.match(await said("more"), new RegExp(`^${most}\n(?:/autogroup-\\d+ nice ${most}\n)?$`));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("keeps as much of its output as it is told", () => {
    const output = { files: 3, bytes: 5000, waiting: null };
    assert.match(textOf("log/run", { output }), /^exec s6-log -b -l 65536 n3 s5000 /m);
  });

  it("may be ahead of who keeps its output by as much as it is told", async () => {
    const output = { files: 3, bytes: 5000, waiting: 262_144 };
    const [first, last] = textOf("log/run", { output }).split("exec perl");
    assert.match(last ?? "", /s6-log -b -l 65536 n3 s5000 /);
    // F_GETPIPE_SZ, of the pipe that s6-log would read.
    const script = `${first}exec perl${last}`.replace(/ s6-log .*/, " perl -e 'print fcntl(STDIN, 1032, 0)'");
    const { stdout } = await run(["sh", "-c", 'true | sh -c "$1"', "sh", script]);
    assert.equal(stdout, "262144");
  });

  it("tells its supervisor to leave a manual one down", () => {
    const paths = (manual: boolean) => serviceFolder("web", { ...service, manual }).map(({ path }) => path);
    assert.equal(paths(true).includes("down"), true);
    assert.equal(paths(false).includes("down"), false);
  });

  it("ends what a killed process left in its group, and nothing where the group is not told", async () => {
    const leader = "sleep 300 >/dev/null 2>&1 & echo $$ $!";
    const { stdout } = await run(["setsid", "--wait", "sh", "-c", leader]);
    const [group = "", left = ""] = stdout.trim().split(" ");
    const folder = mkdtempSync(join(tmpdir(), "foobar-service-"));
    const finish = () => run(["sh", "-s", "256", "9", "web"], { input: `cd ${folder}\n${textOf("finish")}` });
    try {
      await finish();
      assert.notEqual(startTime(Number(left)), null);
      writeFileSync(join(folder, "group"), `${group}\n`);
      await finish();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    await until("the end of what was left", 5000, () =>
      startTime(Number(left)) === null ? null : "it runs",
    );
  });

  it("keeps a state file at 0 while it runs and at 1 after", () => {
    const over = { stateFile: "/run/host/it's" };
    assert.match(textOf("run", over), /^echo 0 >'\/run\/host\/it'\\''s'$/m);
    assert.match(textOf("finish", over), /^echo 1 >'\/run\/host\/it'\\''s'$/m);
    assert.doesNotMatch(textOf("finish"), /echo/);
  });
});

describe("the hash of a service folder", () => {
  const hash = (over: Partial<Supervised>) => folderHash(serviceFolder("web", { ...service, ...over }));

  it("changes with all that a process is started with", () => {
    const changes: Partial<Supervised>[] = [
      {},
      { command: ["sh"] },
      { userId: 1 },
      { userId: 1, groupIds: [2] },
      { userId: 1, capabilities: ["net_raw"] },
      { environment: { A: "b" } },
      { directory: "/tmp" },
      { stopSignal: "INT" },
      { stopTimeout: 1 },
      { stateFile: "/run/x" },
      { share: "less" },
      { share: "more" },
      { output: { files: 4, bytes: 5000, waiting: null } },
      { output: { files: 4, bytes: 5000, waiting: 1_048_576 } },
    ];
    assert.equal(new Set(changes.map(hash)).size, changes.length);
  });

  it("does not change with who starts it first", () => {
    assert.equal(hash({ manual: true }), hash({}));
  });
});

describe("the end of a service", () => {
  const place = new Workplace();
  after(() => place.close());

  it("leaves neither folder nor supervisor, however busy both are", () => {
    place.folders("scan");
    const scan = join(place.root, "scan");
    const script = `s6-svscan ${scan} & scanner=$!
until [ -p ${scan}/.s6-svscan/control ]; do sleep 0.02; done
for turn in 1 2 3 4 5 6 7 8; do
  mkdir -p ${scan}/.new/log
  printf '#!/bin/sh\\nexec sleep 60\\n' >${scan}/.new/run
  printf '#!/bin/sh\\nexec cat >/dev/null\\n' >${scan}/.new/log/run
  chmod 0755 ${scan}/.new/run ${scan}/.new/log/run
  mv ${scan}/.new ${scan}/one
  s6-svscanctl -a ${scan}
  until s6-svok ${scan}/one && s6-svok ${scan}/one/log; do sleep 0.02; done
  ${unsupervise(scan, "one", "-wD -T 5000 -d")}
  [ ! -e ${scan}/one ] && [ ! -e ${scan}/.gone-one ]
done
kill $scanner
`;
    const { code, text } = place.run(["sh", "-es"], script);
    assert.equal(code, 0, text);
  });
});
