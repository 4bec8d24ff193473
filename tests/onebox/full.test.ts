/** The full topology, by the real CLI, from `up` to `destroy`. */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../provider/system.ts";
import { projectRoot } from "../../tools/paths.ts";
import { added, familyOf, stillRunning, type Traces, traces } from "./support/machine.ts";
import { fullTopology, TestStack } from "./support/stack.ts";
import { startWebhook, type Webhook } from "./support/webhook.ts";
import { alerts } from "./topics/alerts.ts";
import { confinement } from "./topics/confinement.ts";
import { departures } from "./topics/departures.ts";
import { drift } from "./topics/drift.ts";
import { drillsOf } from "./topics/drills.ts";
import { entrance } from "./topics/entrance.ts";
import { failover } from "./topics/failover.ts";
import { firewall } from "./topics/firewall.ts";
import { hops } from "./topics/hops.ts";
import { monitoring } from "./topics/monitoring.ts";
import { receivers } from "./topics/receivers.ts";
import { rolling } from "./topics/rolling.ts";
import { scaling } from "./topics/scaling.ts";
import { site } from "./topics/site.ts";
import { status } from "./topics/status.ts";
import { underWay } from "./topics/underWay.ts";

describe("the full topology", function () {
  // On a machine that others use too, an `up` has taken ten times as long.
  this.timeout(600_000);
  let stack: TestStack | null = null;
  let webhook: Webhook | null = null;
  let earlier: Traces | null = null;
  const up = (): TestStack => {
    assert.ok(stack, "the stack is not up");
    return stack;
  };
  const hook = (): Webhook => {
    assert.ok(webhook, "the webhook is not up");
    return webhook;
  };
  const named = (role: string) =>
    fullTopology.filter((server) => server.role === role).map(({ name }) => name);

  // Limits that the loads of these tests stay below; the limits themselves are tested on the small topology.
  const limits = { requestsPer10s: 1_000_000, connections: 1000 };

  before(async () => {
    earlier = await traces();
    webhook = await startWebhook();
    const { server, path } = webhook;
    stack = await TestStack.make("test-full", {
      servers: fullTopology,
      limits,
      monitoring: { alerts: { webhooks: [{ server, path }] } },
    });
    await stack.up();
  });

  entrance(up);
  site(up, named("web").length);
  firewall(
    up,
    fullTopology.map(({ name }) => name),
  );
  confinement(
    up,
    fullTopology.map(({ name }) => name),
  );
  failover(up, { balancers: named("balancer"), webs: named("web"), databases: named("database") });
  hops(up);
  monitoring(up, { webs: named("web"), hosts: fullTopology.map(({ name }) => name) });
  alerts(up, hook, { webs: named("web"), databases: named("database") });
  rolling(up);
  underWay(up, { balancers: named("balancer"), webs: named("web") }, limits);
  receivers(up, hook);
  scaling(up, fullTopology);
  drillsOf(up, { balancers: named("balancer"), databases: named("database") });
  status(up, named("database"));
  drift(up);
  departures(up, fullTopology, limits);

  describe("the end", () => {
    it("leaves nothing behind when it is destroyed", async () => {
      const { directory, sandboxPid } = up();
      const processes = familyOf(sandboxPid);
      assert.ok(processes.length > 100, `only ${processes.length} processes were found`);
      await up().destroy();
      stack = null;
      await until("the end of every process", 10_000, () => stillRunning(processes)[0] ?? null);
      assert.ok(earlier);
      assert.deepEqual(added(earlier, await traces()), {});
      assert.ok(
        !existsSync(join(projectRoot, directory)),
        readdirSync(join(projectRoot, ".onebox")).join(" "),
      );
    });
  });

  after(async () => {
    await stack?.destroy();
    await webhook?.close();
  });
});
