/** The way to Sumo Logic, by a real HAProxy: how it asks again while the other end refuses or is away. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { renderSumoRelay } from "../../../hosts/logs/sumo.ts";
import { ports } from "../../../hosts/ports.ts";
import { until } from "../../../provider/system.ts";
import { packagedCommand } from "../../../tools/packages/command.ts";
import { freePort } from "../../support/freePort.ts";
import { Sink } from "../../support/sink.ts";
import { Workplace } from "./support/workplace.ts";

const pauses = { first: 50, longest: 400 };

describe("the way to Sumo Logic", () => {
  const place = new Workplace();
  let sink: Sink;
  let relay: ChildProcess;
  let port: number;

  /** Status of one request by the relay, or 0 without an answer. */
  const send = async () => {
    const sent = fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "line" });
    return (await sent.catch(() => ({ status: 0 }))).status;
  };

  before(async () => {
    sink = await Sink.open();
    port = await freePort();
    const target = { url: `https://localhost:${sink.port}/a`, by: `127.0.0.1:${sink.port}` };
    const [[path, file] = ["", null]] = Object.entries(
      renderSumoRelay(place.layout, { ...target, ca: sink.certificate }, pauses),
    );
    const ca = `${place.layout.etc}/sumo/ca.pem`;
    place.text(ca.slice(place.root.length), sink.certificate);
    const text = file?.content.replace(`127.0.0.1:${ports.sumo}`, `127.0.0.1:${port}`) ?? "";
    place.text(path.slice(place.root.length), text);
    const [program = "", ...words] = packagedCommand(["haproxy", "-db", "-f", path]);
    relay = spawn(program, words, { stdio: "ignore" });
    await until("the relay", 10_000, async () => ((await send()) === 200 ? null : "it does not answer"));
  });

  /** Sends many at once until a condition holds; what the relay itself answers costs the other end nothing. */
  const sendUntil = (what: string, holds: (statuses: readonly number[]) => boolean) =>
    until(what, 15_000, async () => {
      const statuses = await Promise.all(Array.from({ length: 20 }, send));
      return holds(statuses) ? null : statuses.join();
    });
  const taken = (statuses: readonly number[]) => statuses.includes(200);

  it("lets one through after each pause, which doubles up to the longest, and all when it was taken", async () => {
    sink.refuses = true;
    assert.equal(await send(), 503);
    await sendUntil("six refusals", () => sink.refusals.length >= 6);
    const gaps = sink.refusals.slice(1).map((time, index) => time - (sink.refusals[index] ?? 0));
    for (const [index, least] of [50, 100, 200, 400, 400].entries())
      assert.ok((gaps[index] ?? 0) >= least, `pauses of ${gaps.join(", ")} ms`);
    sink.refuses = false;
    await sendUntil("being taken", taken);
    assert.deepEqual([...new Set(await Promise.all(Array.from({ length: 20 }, send)))], [200]);
  });

  it("treats one who is away as one who refuses", async () => {
    await sink.close();
    assert.equal(await send(), 503);
    await sink.listen();
    await sendUntil("being taken again", taken);
  });

  after(async () => {
    relay?.kill();
    await sink?.close();
    place.close();
  });
});
