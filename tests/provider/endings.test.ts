/** A service that keeps ending is told at once, by what it said last. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { wordsOfEnding } from "../../provider/endings.ts";
import { hostFolder } from "../../provider/handles.ts";
import { host } from "../../provider/kinds/host.ts";
import { service } from "../../provider/kinds/service.ts";
import { oneHost, stackOfEach } from "./support/stack.ts";

describe("a service that keeps ending", () => {
  const stack = stackOfEach(oneHost);

  const broken = ["sh", "-c", "echo the door is locked; exit 1"];

  it("is not waited for, and its last words are the reason", async () => {
    // Far above what the test itself may take.
    const wanted = stack().server(1, { command: broken, readyTimeout: 600_000 });
    await assert.rejects(
      service.ensure(wanted, null),
      /^Error: web-1: server keeps ending\nThe last words of web-1\/server:\n(the door is locked\n?)+$/,
    );
  });

  it("is waited for when it ends once and then lasts", async () => {
    // A place that outlives the service, unlike its /tmp.
    const mark = "/run/host/run/once";
    const once = `[ -e ${mark} ] && exec /run/node/bin/node /run/host/etc/server.cjs; : >${mark}; exit 1`;
    await service.ensure(stack().server(1, { command: ["sh", "-c", once], user: "root" }), null);
  });

  it("explains why something that needs it does not come", async () => {
    await service.ensure(stack().server(1, { command: broken, ready: null }), null);
    assert.match(
      await wordsOfEnding([stack().at(1)]),
      /^\nThe last words of web-1\/server:\nthe door is locked\n/,
    );
  });
});

describe("a host that keeps ending", () => {
  const stack = stackOfEach();

  it("is told by what its first process said", async () => {
    const services = join(hostFolder(stack().at(1)), "services");
    mkdirSync(services, { recursive: true });
    // Where its supervisor makes a folder.
    writeFileSync(join(services, ".s6-svscan"), "");
    await assert.rejects(
      host.ensure(stack().host(1), null),
      /^Error: web-1 keeps ending\nThe last words of the sandbox:\n(.*\n)*s6-svscan: fatal: /,
    );
  });
});
