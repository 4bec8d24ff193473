/** The life of each environment with the real engine: made, refreshed, changed, protected, destroyed. */
import assert from "node:assert/strict";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../support/mockedStack.ts";
import { prepareEmulator } from "./support/emulator.ts";
import { type Aws, chooseAws } from "./support/plugin.ts";
import { AwsStack, changesIn, type Outcome } from "./support/stack.ts";

/** Minutes that one step may take; a true database needs twenty. */
const stepMinutes = 60;

const otherImage = "ami-0fedcba9876543210";

/** The site with one page changed, as a folder of its own. */
async function changedSite(): Promise<string> {
  const folder = join(root, ".cache/aws/changed-site");
  await cp(join(root, "site"), folder, { recursive: true });
  const page = join(folder, "public/index.html");
  await writeFile(page, `${await readFile(page, "utf8")}<!-- changed -->\n`);
  return ".cache/aws/changed-site";
}

const succeeded = ({ code, output }: Outcome) => assert.equal(code, 0, output);

for (const { name, production } of [
  { name: "staging", production: false },
  { name: "prod", production: true },
]) {
  describe(`${name} on AWS`, function () {
    this.timeout(stepMinutes * 60_000);
    let aws: Aws;
    let stack: AwsStack;

    before(async function () {
      const chosen = await chooseAws();
      if ("none" in chosen) {
        process.stderr.write(`  ${name} on AWS is skipped: ${chosen.none}\n`);
        return this.skip();
      }
      aws = chosen;
      if (aws.emulator !== null) await prepareEmulator(aws.emulator.url, "foobar.com");
      stack = await AwsStack.create(name, aws);
    });

    after(async () => {
      await stack?.remove();
      aws?.close();
    });

    it("is previewed without creating anything", async () => {
      const preview = await stack.pulumi("preview");
      succeeded(preview);
      assert.ok((changesIn(preview.output).create ?? 0) > 150, preview.output);
    });

    it("comes up, and tells endpoint, dashboards and how far each hop is encrypted", async () => {
      succeeded(await stack.pulumi("up", "--yes", "--skip-preview"));
      const outputs = await stack.outputs();
      assert.equal(outputs.endpoint, `https://${production ? "www" : "staging"}.foobar.com`);
      assert.match(JSON.stringify(outputs.dashboards), /cloudwatch/);
      assert.match(JSON.stringify(outputs.tlsHops), /"authenticated":false/);
    });

    it("is found as it was left", async () => {
      succeeded(await stack.pulumi("refresh", "--yes", "--skip-preview"));
      succeeded(await stack.pulumi("preview", "--expect-no-changes"));
    });

    it("rolls the servers, and nothing else, when site and image change", async () => {
      await stack.configure({
        site: { directory: await changedSite() },
        aws: { image: { id: otherImage } },
      });
      const rolled = await stack.pulumi("up", "--yes", "--skip-preview");
      succeeded(rolled);
      // Template and group of each of three servers; the new site's object beside the old one's, which stays.
      const { update, replace = 0, delete: deleted = 0, create = 0 } = changesIn(rolled.output);
      assert.deepEqual(
        { update, replace, deleted, create },
        { update: 6, replace: 1, deleted: 0, create: 0 },
      );
    });

    it("starts each new instance before the old one goes", function () {
      // Against the true AWS the refreshes themselves are under way.
      if (aws.emulator === null) return this.skip();
      const asked = aws.emulator.refreshes.map((form) => ({
        group: form.get("AutoScalingGroupName"),
        least: form.get("Preferences.MinHealthyPercentage"),
        most: form.get("Preferences.MaxHealthyPercentage"),
        rollback: form.get("Preferences.AutoRollback") === "true",
      }));
      assert.deepEqual(
        asked.sort((one, other) => (one.group ?? "").localeCompare(other.group ?? "")),
        ["web-1", "web-2", "web-3"].map((server) => ({
          group: `foobar-${name}-${server}`,
          least: "100",
          most: "200",
          rollback: false,
        })),
      );
    });

    it("refuses by name a change that would replace the database, before anything is touched", async () => {
      const before = await stack.resources();
      const elsewhere = { a: "eu-west-1b", b: "eu-west-1a", c: "eu-west-1c" };
      const changes = {
        database: { name: "other" },
        network: { range: "10.99.0.0/16" },
        aws: { zones: elsewhere },
      };
      await stack.configure(changes);
      for (const operation of [["preview"], ["up", "--yes", "--skip-preview"]]) {
        const { code, output } = await stack.pulumi(...operation);
        assert.notEqual(code, 0, output);
        assert.match(output, /nothing was touched/);
        for (const key of ["database.name", "network.range", "aws.zones.a", "aws.zones.b"])
          assert.ok(output.includes(`foobar:${key}: is `), output);
      }
      assert.deepEqual(await stack.resources(), before);
      await stack.configure({});
    });

    if (production) {
      it("refuses to be destroyed, and loses nothing by the attempt", async () => {
        await stack.configure({});
        const before = await stack.resources();
        // With its preview, as people run it: that is where the engine refuses.
        const { code, output } = await stack.pulumi("destroy", "--yes");
        assert.notEqual(code, 0);
        assert.match(output, /protect/);
        assert.deepEqual(await stack.resources(), before);
      });

      it("is released by a decision of its own", async () => {
        await stack.configure({ environment: "staging", aws: { deletionProtection: false } });
        succeeded(await stack.pulumi("up", "--yes", "--skip-preview"));
      });
    }

    it("is destroyed whole", async () => {
      succeeded(await stack.pulumi("destroy", "--yes", "--skip-preview"));
      const { output } = await stack.pulumi("preview");
      assert.equal(changesIn(output).delete ?? 0, 0);
    });
  });
}
