/** A service that something else starts, such as a member of a cluster that needs its peers. */
import assert from "node:assert/strict";
import { runInHost } from "../../provider/enter.ts";
import { service } from "../../provider/kinds/service.ts";
import { until } from "../../provider/system.ts";
import { ask, oneHost, stackOfEach, untilAnswer } from "./support/stack.ts";

describe("a service that something else starts", () => {
  const stack = stackOfEach(oneHost);

  const start = () =>
    runInHost(stack().at(1), ["sh", "-ec", "rm -f /run/scan/server/down; s6-svc -u /run/scan/server"]);
  const state = async () =>
    (
      await runInHost(stack().at(1), ["s6-svstat", "-o", "up", "/run/scan/server"], { accept: "any" })
    ).stdout.trim();

  it("is installed and left down", async () => {
    await service.ensure(stack().server(1, { manual: true }), null);
    assert.equal(await state(), "false");
    assert.deepEqual(await service.observe(stack().server(1, { manual: true }), {}), []);
  });

  it("is not waited for while it waits for its peers", async () => {
    const waiting = stack().server(1, { manual: true, command: ["sleep", "600"], reload: "restart" });
    await service.ensure(waiting, null);
    await start();
    await until("its process", 5000, async () => ((await state()) === "true" ? null : "none yet"));
    await service.ensure(waiting, waiting);
    await service.ensure({ ...waiting, version: "2" }, waiting);
  });

  it("is waited for through a restart when it was ready before", async () => {
    const serving = stack().server(1, { manual: true, reload: "restart" });
    await service.ensure(serving, null);
    await start();
    const { pid } = await untilAnswer(stack().at(1), "127.0.0.1");
    await service.ensure({ ...serving, version: "2" }, serving);
    const answer = await ask(stack().at(1), "127.0.0.1");
    assert.ok(answer, "it does not answer yet");
    assert.notEqual(answer.pid, pid);
  });
});
