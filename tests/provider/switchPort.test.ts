/** What a taken host can send into the stack's switch: its own address's packets, and nobody else's. */
import assert from "node:assert/strict";
import { runInHost, runInSandbox } from "../../provider/enter.ts";
import { host } from "../../provider/kinds/host.ts";
import { ask, Stack, untilAnswer } from "./support/stack.ts";

describe("a port of the switch", () => {
  let stack: Stack;
  before(async () => {
    stack = new Stack();
    await stack.start();
    await stack.hosts(1, 2);
    await stack.serve(2, "here");
  });
  after(() => stack.end());

  /** Runs commands as root of host `web-1`. */
  const take = (script: string) => runInHost(stack.at(1), ["sh", "-ec", script]);
  const askAgain = () => ask(stack.at(1), stack.address(2));
  const from = (address: string) =>
    take(`ip address flush dev eth0; ip address add ${address}/24 dev eth0; ip neigh flush all`);

  it("lets the host's own address through", async () => {
    await untilAnswer(stack.at(1), stack.address(2));
    assert.deepEqual(await host.observe(stack.host(1), {}), []);
  });

  it("lets no packet through of an address that is another host's, or nobody's", async () => {
    for (const address of [stack.address(3), stack.address(99)]) {
      await from(address);
      assert.equal(await askAgain(), null, address);
    }
  });

  it("lets the address through that a host was given besides its own", async () => {
    await host.ensure({ ...stack.host(1), passed: [stack.address(99)] }, null);
    await from(stack.address(99));
    await untilAnswer(stack.at(1), stack.address(2));
    await host.ensure(stack.host(1), null);
    assert.equal(await askAgain(), null);
  });

  it("lets no packet through of another card", async () => {
    await from(stack.address(1));
    await untilAnswer(stack.at(1), stack.address(2));
    await take("ip link set eth0 address 02:00:00:00:00:99; ip neigh flush all");
    assert.equal(await askAgain(), null);
    await host.ensure(stack.host(1), null);
    await untilAnswer(stack.at(1), stack.address(2));
  });

  it("that was opened from outside is found", async () => {
    await runInSandbox(stack.directory, ["nft", "flush", "chain", "bridge", "ports", "v1"]);
    assert.deepEqual(await host.observe(stack.host(1), {}), [
      "its port of the switch takes other addresses than its own",
    ]);
  });
});
