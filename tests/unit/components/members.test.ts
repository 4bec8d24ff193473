import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { membersOf, ofTier } from "../../../components/members.ts";
import { sealSecrets } from "../../../config/secret.ts";
import { settingsOf, validServers } from "../config/support.ts";

const settings = sealSecrets(
  settingsOf({
    servers: [
      { name: "web-10", role: "web", zone: "b" },
      { name: "web-2", role: "web", zone: "c", size: "large" },
      ...validServers,
    ],
  }),
  (text) => pulumi.secret(text),
);

describe("members", () => {
  it("are the configured servers by tier and name, whatever the order of their lines", () => {
    assert.deepEqual(membersOf(settings, []), [
      { name: "lb-1", tier: "balancer", zone: "a", size: "small", managed: false },
      { name: "web-1", tier: "web", zone: "a", size: "small", managed: false },
      { name: "web-2", tier: "web", zone: "c", size: "large", managed: false },
      { name: "web-10", tier: "web", zone: "b", size: "small", managed: false },
      { name: "db-1", tier: "database", zone: "a", size: "small", managed: false },
      { name: "monitor", tier: "monitor", zone: "a", size: "small", managed: false },
    ]);
  });

  it("and one for each tier that the cloud runs", () => {
    const managed = membersOf(settings, ["database", "balancer"]).filter((member) => member.managed);
    assert.deepEqual(
      managed.map(({ name, tier }) => [name, tier]),
      [
        ["database", "database"],
        ["balancer", "balancer"],
      ],
    );
  });

  it("of one tier are in the order of their names", () => {
    const names = (tier: "web" | "monitor") =>
      ofTier(membersOf(settings, []), tier).map((member) => member.name);
    assert.deepEqual(names("web"), ["web-1", "web-2", "web-10"]);
    assert.deepEqual(names("monitor"), ["monitor"]);
  });
});
