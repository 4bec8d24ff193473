/** Who is told of alerts changes while the stack runs, and no visitor notices. */
import assert from "node:assert/strict";
import { ports } from "../../../hosts/ports.ts";
import type { TestStack } from "../support/stack.ts";
import { startWebhook, type Webhook } from "../support/webhook.ts";
import { upUnderLoad } from "./rolling.ts";

/** Rows of the engine's table that tell of a change: type and name of the resource, and what is done to it. */
const changes = (report: string) =>
  [
    ...report.matchAll(
      /^\s*[~+-]{1,2}\s+[├└│─\s]*onebox:index:(\w+)\s+(\S+)\s+(update|create|delete|replace)\b/gm,
    ),
  ].map(([, type, name, what]) => `${what} ${type} ${name}`);

/** What may change: on the monitor and on the balancers that watch it, and the gateway's ways out; nothing of visitors'. */
const ofWhoTells =
  /^update (RuleSet|Exits|FileTree|Service) (gateway(-exits)?|(monitor|lb-\d)(-(?!balancer$|keepalived$)[\w-]+)?)$/;

/** Declares the tests. */
export function receivers(stack: () => TestStack, first: () => Webhook): void {
  describe("another receiver of alerts", () => {
    let added: Webhook;
    const configure = (...webhooks: readonly Webhook[]) =>
      stack().configure({
        monitoring: { alerts: { webhooks: webhooks.map(({ server, path }) => ({ server, path })) } },
      });
    before(async () => {
      added = await startWebhook();
    });
    after(() => added.close());

    it("is told of as a change of the ways out and of who tells, and of nothing that visitors use", async () => {
      configure(first(), added);
      const { code, stdout, stderr } = await stack().pulumi("preview");
      assert.equal(code, 0, `${stdout}\n${stderr}`);
      const told = changes(stdout);
      assert.ok(told.includes("update Exits gateway"), stdout);
      for (const one of told) assert.match(one, ofWhoTells, stdout);
    });

    it("is reached without a restart of anything that visitors use, and fails no request", async () => {
      const { sandboxPid } = stack();
      const pidOf = async (host: string, service: string) =>
        (await stack().inHost(host, `s6-svstat -o pid /run/scan/${service}`)).stdout.trim();
      const gateway = await pidOf("gateway", "gateway");
      await upUnderLoad(stack());
      assert.equal(stack().sandboxPid, sandboxPid);
      assert.equal(await pidOf("gateway", "gateway"), gateway);

      const labels = { alertname: "SomebodyNew", stack: stack().name };
      const alert = JSON.stringify([{ labels, annotations: { summary: "a test" } }]);
      const url = `http://127.0.0.1:${ports.alertmanager}/api/v2/alerts`;
      const post = `curl --silent --fail --header 'content-type: application/json' --data '${alert}' ${url}`;
      await stack().inHost("monitor", post);
      for (const webhook of [added, first()]) await webhook.told("firing", labels, 60_000);
    });

    it("is taken away likewise", async () => {
      const { sandboxPid } = stack();
      configure(first());
      await upUnderLoad(stack());
      assert.equal(stack().sandboxPid, sandboxPid);
      const leads = await stack().inHost("gateway", "ls /run/host/exits | wc -l");
      assert.equal(leads.stdout.trim(), "1");
    });
  });
}
