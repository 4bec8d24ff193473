/** What a server's user data says, before the checkers of the programs that will read it. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
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

for (const [mode, changes] of Object.entries(modes)) {
  describe(`a server on EC2, ${mode}`, () => {
    const place = new Workplace();
    let text: string;
    let files: ReadonlyMap<string, string>;

    before(async () => {
      const stack = await programStack("staging", changes);
      const { userData } = only(stack, "ec2.LaunchTemplate", "web-1").inputs;
      text = gunzipSync(Buffer.from(z.string().parse(userData), "base64")).toString("utf8");
      const { write_files } = cloudConfig.parse(JSON.parse(text.slice(text.indexOf("\n"))));
      files = new Map(write_files.map(({ path, content }) => [path, content] as const));
    });

    after(() => place.close());

    const file = (path: string): string => {
      const content = files.get(path);
      assert.ok(content !== undefined, `${path} is not among ${[...files.keys()].join(", ")}`);
      return content;
    };

    const accepted = (argv: readonly string[]) => {
      const { code, text: said } = place.run(argv);
      assert.equal(code, 0, said);
      return said;
    };

    it("is accepted by cloud-init", () => {
      accepted(["cloud-init", "schema", "--config-file", place.text("user-data", text)]);
    });

    it("has a packet filter that nft accepts", () => {
      accepted(["nft", "--check", "--file", place.text("nftables.conf", file("/etc/nftables.conf"))]);
    });

    it("has a web server that nginx accepts", () => {
      for (const owner of ["web", "visitor"]) place.tls(owner);
      place.folders("run/web", "log/web", "site");
      const moved = file("/etc/foobar/web/nginx.conf")
        .replaceAll("/etc/foobar/", `${place.layout.etc}/`)
        .replaceAll("/run/foobar/", `${place.layout.run}/`)
        .replaceAll("/var/log/foobar/", `${place.layout.log}/`);
      accepted(["nginx", "-e", "stderr", "-t", "-q", "-c", place.text("nginx.conf", moved)]);
    });

    it("has units that systemd accepts", () => {
      const folder = join(place.root, "units");
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
        place.text(`units/${basename(path)}`, here);
      }
      const said = accepted([
        "systemd-analyze",
        "verify",
        "--man=no",
        ...units.map(([path]) => join(folder, basename(path))),
      ]);
      assert.doesNotMatch(said, new RegExp(folder), said);
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
