/** What a service cannot write although its user owns it: without root it has the same number as its host's root. */
import assert from "node:assert/strict";
import { runInHost } from "../../provider/enter.ts";
import { Stack } from "./support/stack.ts";

/** What the host's root runs or believes. */
const settled = [
  ...[
    "/x",
    "/run/x",
    "/var/x",
    "/dev/x",
    "/usr/x",
    "/etc/x",
    "/run/node/x",
    "/run/scan/x",
    "/run/host/log/x",
  ],
  ...["etc", "services", "site", "system"].map((name) => `/run/host/${name}/x`),
  "/proc/sys/net/ipv4/ip_nonlocal_bind",
];

/** What is the service's own. */
const open = ["/tmp/x", "/dev/shm/x", "/run/host/run/x", "/run/host/log/own/x"];

describe("a service that has the number of its host's root", () => {
  let stack: Stack;
  before(async () => {
    stack = new Stack();
    await stack.start();
    await stack.hosts(1);
    await stack.serve(1, "here");
  });
  after(() => stack.end());

  it("writes nothing that this one runs or believes", async () => {
    const tries = [...settled, ...open].map((path) => `(: >>${path}) 2>/dev/null && echo ${path}`);
    const script = `pid=$(s6-svstat -o pid /run/scan/${stack.server(1).name})
exec nsenter --target $pid --mount -- setpriv --no-new-privs --securebits +noroot,+noroot_locked \\
  --inh-caps -all --ambient-caps -all --bounding-set -all -- sh -s <<'END'
${tries.join("\n")}
exit 0
END`;
    const { stdout } = await runInHost(stack.at(1), ["sh", "-es"], { input: script });
    assert.deepEqual(stdout.trim().split("\n"), open);
  });
});
