import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { membersOf, ofTier } from "../../../components/members.ts";
import { sealSecrets } from "../../../config/secret.ts";
import { settingsOf, validServers } from "../config/support.ts";

const settings = sealSecrets(
  settingsOf({ servers: [...validServers, { name: "web-2", role: "web", zone: "c", size: "large" }] }),
  (text) => pulumi.secret(text),
);

describe("members", () => {
  it("are the configured servers, in their order", () => {
    assert.deepEqual(membersOf(settings, []), [
      { name: "lb-1", tier: "balancer", zone: "a", size: "small", managed: false },
      { name: "web-1", tier: "web", zone: "a", size: "small", managed: false },
      { name: "db-1", tier: "database", zone: "a", size: "small", managed: false },
      { name: "monitor", tier: "monitor", zone: "a", size: "small", managed: false },
      { name: "web-2", tier: "web", zone: "c", size: "large", managed: false },
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

  it("of one tier keep their order", () => {
    const names = (tier: "web" | "monitor") =>
      ofTier(membersOf(settings, []), tier).map((member) => member.name);
    assert.deepEqual(names("web"), ["web-1", "web-2"]);
    assert.deepEqual(names("monitor"), ["monitor"]);
  });
});
