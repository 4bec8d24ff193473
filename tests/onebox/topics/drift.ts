/** What changed behind the program's back is seen by `refresh` and mended by `up`, and nothing else is touched. */
import assert from "node:assert/strict";
import { runInSandbox } from "../../../provider/enter.ts";
import { ask } from "../../../tools/drills/http.ts";
import type { TestStack } from "../support/stack.ts";

/** Process ids of every service of a host, to see which were left alone. */
async function pidsOf(stack: TestStack, host: string): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await stack.inHost(
    host,
    'cd /run/scan && for s in */; do echo "$s $(s6-svstat -o pid "$s")"; done',
  );
  return new Map(
    stdout
      .trim()
      .split("\n")
      .map((line) => {
        const [name = "", pid = ""] = line.split(" ");
        return [name, pid] as const;
      }),
  );
}

/** Lines of the engine's report that tell of resources found changed. */
const changedLines = (report: string) =>
  report
    .split("\n")
    .filter((line) => /^\s*[~+-].* updated /.test(line))
    .join("\n");

/** Declares the tests. */
export function drift(stack: () => TestStack): void {
  describe("drift", () => {
    it("is not seen where there is none", async () => {
      const { code, stdout, stderr } = await stack().pulumi("preview", "--refresh", "--expect-no-changes");
      assert.equal(code, 0, `${stdout}\n${stderr}`);
    });

    it("is seen and mended: a rule added by hand, a file changed by hand, a service stopped by hand", async () => {
      await stack().inHost("web-1", "nft add rule inet firewall input accept");
      await stack().inHost("web-2", "echo '# by hand' >> /run/host/etc/web/nginx.conf");
      await stack().inHost("db-2", "s6-svc -wD -T 10000 -d /run/scan/database-health");
      const untouched = await pidsOf(stack(), "web-3");
      const report = changedLines(await stack().refresh());
      assert.match(report, /RuleSet web-1/);
      assert.match(report, /FileTree web-2-web/);
      assert.match(report, /Service db-2-database-health/);
      assert.doesNotMatch(report, /web-3/);
      await stack().up();
      const rules = (await stack().inHost("web-1", "nft list chain inet firewall input")).stdout;
      assert.doesNotMatch(rules, /^\s*accept$/m);
      const config = (await stack().inHost("web-2", "cat /run/host/etc/web/nginx.conf")).stdout;
      assert.doesNotMatch(config, /by hand/);
      assert.equal(
        (await stack().inHost("db-2", "s6-svstat -o up /run/scan/database-health")).stdout.trim(),
        "true",
      );
      assert.deepEqual(await pidsOf(stack(), "web-3"), untouched, "web-3 had nothing to mend");
    });

    it("is seen and mended: a link down and a network namespace deleted", async () => {
      await runInSandbox(stack().directory, [
        "nsenter",
        "--net=/run/netns/web-1",
        "ip",
        "link",
        "set",
        "eth0",
        "down",
      ]);
      await runInSandbox(stack().directory, ["sh", "-c", "umount /run/netns/lb-2 && rm /run/netns/lb-2"]);
      const report = changedLines(await stack().refresh());
      assert.match(report, /Host web-1/);
      assert.match(report, /Host lb-2/);
      await stack().up();
      const { code, stdout } = await stack().pulumi("preview", "--refresh", "--expect-no-changes");
      assert.equal(code, 0, stdout);
      assert.equal((await ask(stack().site, { path: "/" })).status, 200);
    });
  });
}
