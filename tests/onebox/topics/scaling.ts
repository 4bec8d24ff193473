/** Web servers are added and taken away while visitors read and write. */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { runFolder, runInSandbox } from "../../../provider/enter.ts";
import { requireSandbox } from "../../../provider/handles.ts";
import { ask } from "../../../tools/drills/http.ts";
import { projectRoot } from "../../../tools/paths.ts";
import type { TestServer, TestStack } from "../support/stack.ts";
import { upUnderLoad } from "./rolling.ts";

const whoami = z.object({ server: z.string() }).loose();

/** Which servers answer; the balancer takes them in turn. */
async function servers(stack: TestStack): Promise<readonly string[]> {
  const seen = new Set<string>();
  for (let asked = 0; asked < 60; asked += 1) {
    const { status, body } = await ask(stack.site, { path: "/api/whoami" });
    assert.equal(status, 200);
    seen.add(whoami.parse(JSON.parse(body)).server);
  }
  return [...seen].sort();
}

/** Milliseconds: hosts are made, which takes longer than a change of files. */
const pace = 50;

const more: readonly TestServer[] = [
  { name: "web-4", role: "web", zone: "a" },
  { name: "web-5", role: "web", zone: "b" },
];

/** Declares the tests. */
export function scaling(stack: () => TestStack, topology: readonly TestServer[]): void {
  const webs = topology.filter(({ role }) => role === "web").map(({ name }) => name);
  const added = more.map(({ name }) => name);

  describe("scaling under load", () => {
    it("adds web servers that serve, and fails no request", async () => {
      stack().configure({ servers: [...topology, ...more] });
      await upUnderLoad(stack(), pace);
      assert.deepEqual(await servers(stack()), [...webs, ...added]);
      assert.deepEqual(Object.keys(stack().outputs.servers).sort(), [...webs, ...added]);
    });

    it("takes them away again, fails no request and leaves nothing of them", async () => {
      stack().configure({ servers: topology });
      await upUnderLoad(stack(), pace);
      assert.deepEqual(await servers(stack()), webs);
      const hosts = readdirSync(join(projectRoot, stack().directory, "hosts"));
      assert.deepEqual(
        hosts.filter((name) => added.some((gone) => name.startsWith(gone))),
        [],
      );
      const live = requireSandbox(stack().directory);
      for (const name of added)
        for (const place of ["netns", "hosts", "scan"])
          assert.ok(!existsSync(join(runFolder(live), place, name)), `${place}/${name}`);
      const { stdout: links } = await runInSandbox(stack().directory, ["ip", "-oneline", "link"]);
      // The bridge's ports: one a host, the gateway's among them.
      assert.equal(links.match(/ v\d+@/g)?.length, topology.length + 1);
      const state = stack().stateText();
      for (const name of added) assert.ok(!state.includes(`::${name}`), name);
      for (const balancer of topology.filter(({ role }) => role === "balancer")) {
        const { stdout } = await stack().inHost(balancer.name, "cat /run/host/etc/balancer/haproxy.cfg");
        assert.doesNotMatch(stdout, /web-[45]/);
      }
    });
  });
}
