/** What a server's user data says, before the checkers of the programs that will read it. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { debianRelease, releaseFile } from "../../../hosts/awsHost.ts";
import { packagedCommand } from "../../../tools/packages/command.ts";
import { only, programStack } from "../../support/program.ts";
import { Workplace } from "../hosts/support/workplace.ts";

const cloudConfig = z.object({
  packages: z.array(z.string()).default([]),
  write_files: z.array(z.object({ path: z.string(), permissions: z.string(), content: z.string() })),
  runcmd: z.array(z.array(z.string())),
});

const modes = {
  reencrypt: {},
  passthrough: {
    tls: { mode: "passthrough" },
    aws: {
      waf: { mode: "off" },
      certificate: { certificate: "BEGIN CERTIFICATE own", key: "BEGIN PRIVATE KEY own" },
    },
  },
  "with Sumo Logic": {
    monitoring: { sumoLogic: "t" },
    aws: { agents: { sumoLogic: { url: "https://packages.example.com/otelcol-sumo.deb" } } },
  },
} as const;

/** Paths of the server's own folders in a text. */
const own = /\/(?:etc|opt|run|var\/lib|var\/log)\/foobar\b/g;

/**
 * Does a server's first start below a folder, everything with umask 077, as a hardened image may have it: the files
 * of cloud-init, the folders of tmpfiles.d, the scripts. What needs AWS or root answers as if it had done its work.
 */
function firstStart(place: Workplace, files: ReadonlyMap<string, string>): void {
  const careless = (argv: readonly string[], input = "") => {
    const command = [
      "sh",
      "-c",
      'PATH="$1:$PATH"; shift; umask 077; exec "$@"',
      "sh",
      join(place.root, "bin"),
    ];
    const { code, text } = place.run([...command, ...argv], input);
    assert.equal(code, 0, text);
  };
  const programs = {
    aws: `case $* in *get-object*) echo >"\${@: -1}" ;; *get-secret-value*) echo '{"certificate":"c","key":"k","ca":"a","password":"p"}' ;; *describe*) echo Pending:Wait ;; esac`,
    chown: "exit 0",
    curl: 'for word; do [ "$before" != --output ] || [ "$word" = /dev/null ] || echo >"$word"; before=$word; done',
    "apt-get": "exit 0",
    dpkg: "exit 1",
    sha256sum: "cat",
    systemctl: "exit 0",
    "systemd-sysusers": "exit 0",
    "systemd-tmpfiles": "exit 0",
    "amazon-cloudwatch-agent-ctl": "exit 0",
    unzip: `mkdir -p "\${@: -1}/public"`,
  };
  for (const [name, text] of Object.entries(programs)) {
    const path = place.text(`bin/${name}`, `#!/bin/bash\n${text}\n`);
    chmodSync(path, 0o755);
  }
  for (const [path, content] of files) {
    careless(["sh", "-c", 'mkdir -p "$(dirname "$1")"; cat >"$1"', "sh", join(place.root, path)], content);
  }
  // All users of the server are this test's.
  place.text("etc/passwd", ["root", "site", "nginx"].map((name) => `${name}:x:0:0::/:/bin/sh\n`).join(""));
  place.text("etc/group", ["root", "site", "nginx"].map((name) => `${name}:x:0:\n`).join(""));
  const folders = files.get("/etc/tmpfiles.d/foobar.conf") ?? "";
  const real = ["/usr/bin/systemd-tmpfiles", `--root=${place.root}`, "--create", "-"];
  careless(real, folders);
  place.text("instance-id", "i-0123\n");
  for (const name of ["host-secrets", "host-start"]) {
    const moved = (files.get(`/usr/local/sbin/${name}`) ?? "")
      .replaceAll(own, (path) => `${place.root}${path}`)
      .replaceAll("/etc/otelcol-sumo", `${place.root}/etc/otelcol-sumo`)
      .replaceAll("/opt/aws/amazon-cloudwatch-agent/bin/", "")
      .replaceAll("/usr/local/sbin/host-secrets", "true")
      .replaceAll("/var/lib/cloud/data", place.root)
      .replaceAll(releaseFile, place.text("os-release", `ID=debian\nVERSION_ID="${debianRelease}"\n`));
    careless(["bash", "-s"], moved);
  }
}

for (const [mode, changes] of Object.entries(modes)) {
  describe(`a server on EC2, ${mode}`, () => {
    const place = new Workplace();
    // What an image has besides: cloud-init and systemd, which are packages of the tests.
    const image = new Workplace(packagedCommand);
    let text: string;
    let files: ReadonlyMap<string, string>;

    before(async () => {
      const stack = await programStack("staging", changes);
      const { userData } = only(stack, "ec2.LaunchTemplate", "web-1").inputs;
      text = gunzipSync(Buffer.from(z.string().parse(userData), "base64")).toString("utf8");
      const { write_files } = cloudConfig.parse(JSON.parse(text.slice(text.indexOf("\n"))));
      files = new Map(write_files.map(({ path, content }) => [path, content] as const));
    });

    after(() => {
      place.close();
      image.close();
    });

    const file = (path: string): string => {
      const content = files.get(path);
      assert.ok(content !== undefined, `${path} is not among ${[...files.keys()].join(", ")}`);
      return content;
    };

    const accepted = (argv: readonly string[], by = place) => {
      const { code, text: said } = by.run(argv);
      assert.equal(code, 0, said);
      return said;
    };

    it("is accepted by cloud-init", () => {
      accepted(["cloud-init", "schema", "--config-file", image.text("user-data", text)], image);
    });

    it("has a packet filter that nft accepts", () => {
      // The server's users are not this machine's.
      const rules = file("/etc/nftables.conf")
        .replaceAll("{ site, nginx }", "{ 1, 2 }")
        .replaceAll("{ nginx }", "{ 2 }");
      accepted(["nft", "--check", "--file", place.text("nftables.conf", rules)]);
    });

    it("lets neither application nor web server reach the metadata or AWS's services", () => {
      const lines = file("/etc/nftables.conf").split("\n");
      const out = lines.filter((line) => line.includes("counter name out_"));
      assert.ok(out.length >= 7);
      for (const line of out) {
        const wanted = /out_(database|services_(tcp|udp)_53)/.test(line) ? "{ nginx }" : "{ site, nginx }";
        assert.ok(line.includes(` meta skuid != ${wanted} counter`), line);
      }
    });

    it("has a web server that nginx accepts", () => {
      for (const owner of ["web", "visitor"]) place.tls(owner);
      place.folders("run/web", "log/own/web", "site");
      const moved = file("/etc/foobar/web/nginx.conf")
        .replaceAll("/etc/foobar/", `${place.layout.etc}/`)
        .replaceAll("/run/foobar/", `${place.layout.run}/`)
        .replaceAll("/var/log/foobar/", `${place.layout.log}/`);
      accepted(["nginx", "-e", "stderr", "-t", "-q", "-c", place.text("nginx.conf", moved)]);
    });

    it("has units that systemd accepts", () => {
      const folder = join(image.root, "units");
      mkdirSync(folder);
      const units = [...files].filter(([path]) =>
        /^\/etc\/systemd\/system\/[^/]+\.(service|timer)$/.test(path),
      );
      assert.ok(units.length >= 6);
      for (const [path, content] of units) {
        // What is fetched at the first start stands for a program that is here.
        const here = content
          .replaceAll("/opt/foobar/bin/node", "/bin/true")
          .replaceAll(/\/usr\/local\/sbin\/[a-z-]+/g, "/bin/true");
        image.text(`units/${basename(path)}`, here);
      }
      const paths = units.map(([path]) => join(folder, basename(path)));
      const said = accepted(["systemd-analyze", "verify", "--man=no", ...paths], image);
      assert.doesNotMatch(said, new RegExp(folder), said);
    });

    it("lets its services pass every folder, whatever umask it was made with", () => {
      const fresh = new Workplace(packagedCommand);
      try {
        firstStart(fresh, files);
        const read = [...files].filter(([path]) => /\.service$|\/nginx\.conf$/.test(path));
        const paths = new Set(
          read.flatMap(([, content]) =>
            [...content.matchAll(/\/(?:etc|opt|run|var\/lib|var\/log)\/foobar\/[\w./-]+/g)].map(
              ([path]) => path,
            ),
          ),
        );
        assert.ok(paths.size > 10, [...paths].join(" "));
        for (const path of paths) {
          for (let folder = dirname(path); folder !== "/"; folder = dirname(folder)) {
            const here = join(fresh.root, folder);
            assert.ok(existsSync(here), `${folder} of ${path} is not there`);
            const mode = statSync(here).mode & 0o777;
            // What no other program made stands for what an image has: / and /etc.
            const image = folder.split("/").length === 2 || folder === "/var/lib" || folder === "/var/log";
            assert.ok(image || (mode & 0o001) === 0o001, `${folder} of ${path} has mode ${mode.toString(8)}`);
          }
        }
      } finally {
        fresh.close();
      }
    });

    it("has no folder that a service may write where root opens a file, and every unit confined", () => {
      const lines = file("/etc/tmpfiles.d/foobar.conf").trimEnd().split("\n");
      const entries = lines.map((line) => line.split(" "));
      const services = entries.flatMap(([kind, path = "", , user]) =>
        kind === "d" && user !== "root" ? [`${path}/`] : [],
      );
      assert.deepEqual(services, ["/run/foobar/site/", "/run/foobar/web/"]);
      const units = [...files].filter(([path]) => path.endsWith(".service"));
      assert.ok(units.length >= 4);
      const outputs = units.flatMap(([, text]) =>
        [...text.matchAll(/^Standard\w+=(?:append|file|truncate):(.+)$/gm)].map(([, path = ""]) => path),
      );
      assert.ok(outputs.length >= 4);
      const rotated =
        file("/etc/logrotate.d/foobar")
          .match(/^\S.*(?= \{)/m)?.[0]
          .split(" ") ?? [];
      for (const path of [...outputs, ...rotated]) {
        assert.ok(path.startsWith("/var/log/foobar/"), path);
        assert.ok(!services.some((folder) => path.startsWith(folder)), path);
      }
      for (const [path, text] of units) {
        for (const line of [
          "NoNewPrivileges=yes",
          "ProtectSystem=strict",
          "PrivateTmp=yes",
          "RestrictNamespaces=yes",
        ])
          assert.ok(text.split("\n").includes(line), `${path}: ${line}`);
      }
    });

    it("has scripts that bash accepts", () => {
      for (const name of ["host-start", "host-secrets", "host-report"]) {
        accepted(["bash", "-n", place.text(name, file(`/usr/local/sbin/${name}`))]);
      }
    });

    it("has agents whose configuration is JSON", () => {
      const path = "/opt/aws/amazon-cloudwatch-agent/etc/foobar.json";
      const parsed = z
        .object({ agent: z.object({ region: z.string() }), metrics: z.object({ namespace: z.string() }) })
        .parse(JSON.parse(file(path)));
      assert.equal(parsed.agent.region, "eu-west-1");
      assert.equal(parsed.metrics.namespace, "foobar-staging");
    });
  });
}
