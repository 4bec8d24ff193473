import assert from "node:assert/strict";
import type { Member, Tier } from "../../../components/members.ts";
import { tellsPeople, watcherOf } from "../../../components/onebox/watch.ts";

const member = (name: string, tier: Tier, zone: Member["zone"]): Member => ({
  name,
  tier,
  zone,
  size: "small",
  managed: false,
});
const monitor = member("monitor", "monitor", "a");
const first = member("lb-1", "balancer", "a");
const second = member("lb-2", "balancer", "b");
const web = member("web-1", "web", "c");
const told = { alerts: { webhooks: [{ server: "alerts.example.com:443" }], slack: [] } };
const nobody = { alerts: { webhooks: [], slack: [] } };

describe("who watches the monitor", () => {
  it("is a balancer in another zone, whatever the order", () => {
    for (const members of [
      [first, second, web, monitor],
      [monitor, web, second, first],
    ])
      assert.equal(watcherOf(members, told)?.name, "lb-2");
    assert.equal(watcherOf([first, second, { ...monitor, zone: "b" }], told)?.name, "lb-1");
  });

  it("is the only balancer, also in the same zone", () => {
    assert.equal(watcherOf([first, web, monitor], told)?.name, "lb-1");
  });

  it("is nobody where nobody would be told, or there is no monitor", () => {
    assert.equal(watcherOf([first, second, monitor], nobody), null);
    assert.equal(watcherOf([first, second], told), null);
  });

  it("tells people, as the monitor does, and no other host", () => {
    const members = [first, second, web, monitor];
    const tellers = (of: typeof told) => members.filter((each) => tellsPeople(each, members, of));
    assert.deepEqual(tellers(told), [second, monitor]);
    assert.deepEqual(tellers(nobody), [monitor]);
  });
});
