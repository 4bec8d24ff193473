import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import {
  debianRelease,
  releaseFile,
  renderReportScript,
  renderSecretsScript,
  renderStartScript,
} from "../../../hosts/awsHost.ts";
import { layoutUnder } from "../../../hosts/layout.ts";

const layout = layoutUnder("/srv/host", "/opt/node");
const artifact = { bucket: "b", key: "k", sha256: "0".repeat(64) };

const start = renderStartScript({
  region: "eu-west-1",
  layout,
  logAgent: {
    package: { name: "log-agent", url: "https://a.example/log-agent.deb", sha256: null },
    start: ["log-agent", "--start"],
  },
  packages: [{ name: "agent", url: "https://a.example/agent.deb", sha256: null }],
  site: artifact,
  siteDirectory: "/srv/site",
  node: artifact,
  databaseCa: artifact,
  databaseCaPath: "/etc/ca.pem",
  units: ["site.service", "web.service"],
  agents: [["agent", "--start"]],
  ready: {
    group: "stack-web-1",
    hook: "ready",
    domain: "www.example.com",
    path: "/health/ready",
    proxyProtocol: true,
  },
});

/** A folder with programs that stand in for those of a server. */
function stage(programs: Readonly<Record<string, string>>): {
  readonly folder: string;
  readonly path: string;
} {
  const folder = mkdtempSync(join(tmpdir(), "aws-host-"));
  const bin = join(folder, "bin");
  mkdirSync(bin);
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/bash\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return { folder, path: `${bin}:${process.env.PATH ?? ""}` };
}

const run = (script: string, path: string, args: readonly string[] = []) =>
  spawnSync("bash", ["-s", "--", ...args], {
    input: script,
    env: { ...process.env, PATH: path },
    encoding: "utf8",
  });

const changedAt = (path: string) => statSync(path, { bigint: true }).mtimeNs;

describe("scripts of a server on EC2", () => {
  it("are correct shell", () => {
    const secrets = renderSecretsScript({ region: "eu-west-1", secrets: [] });
    const report = renderReportScript({ host: "web-1", certificate: "/etc/c.pem", layout });
    for (const script of [start, secrets, report]) {
      const { status, stderr } = spawnSync("bash", ["-n"], { input: script, encoding: "utf8" });
      assert.equal(status, 0, stderr);
    }
  });

  it("close the host before anything listens, ship the log of all that follows, and start services before agents", () => {
    const order = [
      "trap ended EXIT",
      "restart nftables.service",
      "install_package log-agent",
      "log-agent --start",
      "install_package agent",
      "'/opt/node'",
      "host-secrets --quiet",
      "--now site.service",
      "--now web.service",
      "\nagent --start",
    ].map((word) => start.indexOf(word));
    assert.deepEqual(
      order,
      [...order].sort((one, other) => one - other),
    );
    assert.ok(order.every((place) => place > 0));
  });

  describe("start", () => {
    /** What the group answers, a line for each time it is asked; the last one stays. `!` refuses the word. */
    type Group = readonly string[];

    // What belongs to the instance goes below the test's folder; what would need root does nothing.
    function started(
      curl: string,
      group: Group = ["Pending:Wait"],
      system = `ID=debian\nVERSION_ID="${debianRelease}"\n`,
    ) {
      const nothing = "exit 0";
      const { folder, path } = stage({
        "systemd-sysusers": nothing,
        "systemd-tmpfiles": nothing,
        systemctl: nothing,
        "apt-get": nothing,
        dpkg: "exit 1",
        sha256sum: "cat",
        unzip: nothing,
        agent: nothing,
        "log-agent": nothing,
        sleep: 'echo "sleep $*" >>"$FOLDER/calls"',
        curl: `for word; do [ "$before" != --output ] || echo >"$word"; before=$word; done; case $* in *agent.deb*) ;; *) ${curl} ;; esac`,
        aws: [
          'echo "$*" >>"$FOLDER/calls"',
          'answer() { said=$(head -n 1 "$FOLDER/group"); }',
          'next() { [ "$(wc -l <"$FOLDER/group")" = 1 ] || sed -i 1d "$FOLDER/group"; }',
          'case "$2" in',
          `  get-object) touch "\${@: -1}" ;;`,
          '  describe-auto-scaling-instances) answer; [ "$said" != - ] || { next; exit 255; }',
          `    case $said in *!) echo "\${said%!}" ;; *:Wait) echo "$said" ;; *) echo "$said"; next ;; esac ;;`,
          "  complete-lifecycle-action) answer; case $said in *!) next; exit 254 ;; esac ;;",
          "esac",
        ].join("\n"),
      });
      writeFileSync(join(folder, "instance-id"), "i-0123\n");
      writeFileSync(join(folder, "os-release"), system);
      writeFileSync(join(folder, "group"), group.map((line) => `${line}\n`).join(""));
      const moved = start
        .replaceAll("/var/lib/cloud/data", folder)
        .replaceAll(releaseFile, join(folder, "os-release"))
        .replaceAll(/\/usr\/local\/sbin\/[a-z-]+/g, "true")
        .replaceAll(/(?<=')\/(srv|opt|etc|var)\//g, `${folder}/`)
        .replaceAll("/var/lib/foobar", folder)
        .replace("set -euo pipefail", `set -euo pipefail\nexport FOLDER=${folder}`);
      const { status, stderr } = run(moved, path);
      const calls = readFileSync(join(folder, "calls"), "utf8").trimEnd().split("\n");
      const words = calls.filter((call) => call.includes("complete-lifecycle-action"));
      return { status, stderr, calls, words, last: calls.at(-1) };
    }

    it("says that the server is ready once it is", () => {
      const { status, stderr, last } = started("exit 0");
      assert.equal(status, 0, stderr);
      assert.equal(
        last,
        "autoscaling complete-lifecycle-action --auto-scaling-group-name stack-web-1 --lifecycle-hook-name ready --instance-id i-0123 --lifecycle-action-result CONTINUE",
      );
    });

    it("gives the instance up when the server never gets ready, once the agent has sent why", () => {
      const { status, calls, last } = started("exit 22");
      assert.notEqual(status, 0);
      assert.match(last ?? "", /--instance-id i-0123 --lifecycle-action-result ABANDON$/);
      const told = calls.findIndex((call) => call.includes("describe-auto-scaling-instances"));
      assert.equal(calls[told - 1], "sleep 15");
    });

    it("gives an instance of another system up, and says what to do", () => {
      for (const [system, name] of [
        ['ID=debian\nVERSION_ID="12"\n', "debian 12"],
        ["ID=arch\n", "arch "],
      ] as const) {
        const { status, stderr, last } = started("exit 0", ["Pending:Wait"], system);
        assert.notEqual(status, 0);
        assert.ok(stderr.includes(`the image is of ${name}; servers are made of Debian 13: set`), stderr);
        assert.match(last ?? "", /--lifecycle-action-result ABANDON$/);
      }
    });

    it("waits for a group that does not wait for it yet", () => {
      const { status, stderr, words, calls } = started("exit 0", ["None", "Pending", "Pending:Wait"]);
      assert.equal(status, 0, stderr);
      assert.equal(words.length, 1);
      assert.equal(calls.filter((call) => call === "sleep 3").length, 2);
    });

    it("says it again when the word was refused, and when AWS does not answer", () => {
      const { status, stderr, words } = started("exit 0", ["-", "Pending:Wait!", "Pending:Wait"]);
      assert.equal(status, 0, stderr);
      assert.equal(words.length, 2);
    });

    it("says nothing to a group that has been told or has given up", () => {
      for (const state of ["Pending:Proceed", "InService", "Terminating:Wait"]) {
        const { status, words } = started("exit 0", [state]);
        assert.equal(status, 0, state);
        assert.deepEqual(words, [], state);
      }
    });

    it("ends with an error when the group cannot be told within a minute", () => {
      const { status, stderr, words, calls } = started("exit 0", ["Pending:Wait!"]);
      assert.notEqual(status, 0);
      assert.match(stderr, /the group could not be told: CONTINUE/);
      assert.equal(words.length, 20);
      assert.equal(calls.filter((call) => call === "sleep 3").length, 20);
    });

    it("waits for another installation of packages, and asks nobody about files that are there", () => {
      assert.match(
        start,
        /apt-get install --yes .*DPkg::Lock::Timeout=300 .*--force-confold "\$work\/package\.deb"/,
      );
      assert.doesNotMatch(start, /dpkg -i/);
    });

    it("asks along the balancer's way", () => {
      assert.match(
        start,
        /--haproxy-protocol --resolve www\.example\.com:443:127\.0\.0\.1 .*https:\/\/www\.example\.com\/health\/ready/,
      );
    });
  });

  describe("secrets", () => {
    const user = userInfo().username;

    function secretsOf(folder: string) {
      const script = renderSecretsScript({
        region: "eu-west-1",
        secrets: [
          {
            arn: "arn:tls",
            files: [
              { path: join(folder, "tls/key.pem"), user: "root", field: "key" },
              { path: join(folder, "tls/token"), user: "root", field: "key", prefix: "TOKEN=" },
            ],
            changed: ["touch", join(folder, "reloaded")],
          },
        ],
      });
      // The test's own user stands in for the services'.
      return script.replaceAll(" root ", ` ${user} `);
    }

    it("become files that only their user reads; a change reloads, no change does not", () => {
      const { folder, path } = stage({ aws: `echo '{"key":"line 1\\nline 2"}'` });
      assert.equal(run(secretsOf(folder), path).status, 0);
      const key = join(folder, "tls/key.pem");
      assert.equal(readFileSync(key, "utf8"), "line 1\nline 2\n");
      assert.equal(readFileSync(join(folder, "tls/token"), "utf8"), "TOKEN=line 1\nline 2\n");
      assert.equal(statSync(key).mode & 0o777, 0o600);
      const reloaded = changedAt(join(folder, "reloaded"));
      const written = changedAt(key);
      assert.equal(run(secretsOf(folder), path).status, 0);
      assert.equal(changedAt(key), written);
      assert.equal(changedAt(join(folder, "reloaded")), reloaded);
    });

    it("reload nothing at the first start", () => {
      const { folder, path } = stage({ aws: `echo '{"key":"k"}'` });
      assert.equal(run(secretsOf(folder), path, ["--quiet"]).status, 0);
      assert.throws(() => statSync(join(folder, "reloaded")));
    });

    it("stay as they were when AWS does not answer", () => {
      const good = stage({ aws: `echo '{"key":"k"}'` });
      run(secretsOf(good.folder), good.path);
      const bad = stage({ aws: "exit 1" });
      assert.notEqual(run(secretsOf(good.folder), bad.path).status, 0);
      assert.equal(readFileSync(join(good.folder, "tls/key.pem"), "utf8"), "k\n");
    });

    it("that lack a field are refused", () => {
      const { folder, path } = stage({ aws: `echo '{"other":"k"}'` });
      assert.notEqual(run(secretsOf(folder), path).status, 0);
    });
  });
});
