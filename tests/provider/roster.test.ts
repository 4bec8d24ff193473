/** A web server that is made anew at another place is out of the balancers' rotation before it goes. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostFolder } from "../../provider/handles.ts";
import { roster } from "../../provider/kinds/roster.ts";
import { type Stack, stackOfEach } from "./support/stack.ts";

/** A balancer's own program in small: notes what it is told, and refuses to let a server go that `stays` names. */
const drainServer = `#!/bin/sh
echo "$1 $2" >>/run/host/log/told
[ "$2" = ready ] || [ "$1" != "$(cat /run/host/log/stays 2>/dev/null)" ] || { echo "$1 stays" >&2; exit 1; }
`;

/** Web-1 to web-3 serve, web-4 is a balancer. */
async function site(stack: Stack): Promise<void> {
  await stack.hosts(1, 2, 3, 4);
  for (const number of [1, 2, 3])
    mkdirSync(join(hostFolder(stack.at(number)), "services/web"), { recursive: true });
  const balancer = join(hostFolder(stack.at(4)), "etc/balancer");
  mkdirSync(balancer, { recursive: true });
  writeFileSync(join(balancer, "drain-server"), drainServer, { mode: 0o755 });
}

describe("the roster", () => {
  const stack = stackOfEach(site);
  const log = (name: string) => join(hostFolder(stack().at(4)), "log", name);
  const told = () => (existsSync(log("told")) ? readFileSync(log("told"), "utf8").trim().split("\n") : []);

  /** Those of these hosts that are where they were; a new number for those that are elsewhere; nobody else. */
  const wanted = (places: Readonly<Record<number, number>>) => ({
    sandbox: stack().handle,
    hosts: Object.fromEntries(
      Object.entries({ 4: 4, ...places }).map(([host, number]) => [
        `web-${host}`,
        { number, address: `${stack().address(number)}/24` },
      ]),
    ),
    discard: [],
  });

  it("takes a web server that moves out of rotation, and nobody else", async () => {
    await roster.ensure(wanted({ 1: 1, 2: 12, 5: 5 }), null);
    assert.deepEqual(told(), ["web-2 drain"]);
  });

  it("leaves all of them in when they move at once: nobody would be left to serve", async () => {
    await roster.ensure(wanted({ 1: 11, 2: 12, 3: 13 }), null);
    assert.deepEqual(told(), []);
  });

  it("puts back, once, what a change took out that is taken back", async () => {
    await roster.ensure(wanted({ 1: 1, 2: 12, 3: 3 }), null);
    await roster.ensure(wanted({ 1: 1, 2: 2, 3: 3 }), null);
    await roster.ensure(wanted({ 1: 1, 2: 2, 3: 3 }), null);
    assert.deepEqual(told(), ["web-2 drain", "web-2 ready"]);
  });

  it("puts all back when a balancer does not let one go, and says why", async () => {
    writeFileSync(log("stays"), "web-2\n");
    await assert.rejects(roster.ensure(wanted({ 1: 11, 2: 12, 3: 3 }), null), /web-2 stays/);
    assert.deepEqual(told(), ["web-1 drain", "web-2 drain", "web-1 ready", "web-2 ready"]);
  });
});
