/** The way to Sumo Logic, by a real HAProxy: how it asks again while the other end refuses or is away. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { plainFile } from "../../../hosts/layout.ts";
import { renderLogStore } from "../../../hosts/logs/store.ts";
import { renderSumoRelay, sumoCopies, sumoPrograms } from "../../../hosts/logs/sumo.ts";
import { logConfiguration, logService } from "../../../hosts/logs/syslogNg.ts";
import { ports } from "../../../hosts/ports.ts";
import { until } from "../../../provider/system.ts";
import { inUserland } from "../../../tools/userland/command.ts";
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
    const [program = "", ...words] = inUserland(["haproxy", "-db", "-f", path]);
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

  describe("for lines of a real syslog-ng", () => {
    let collector: ChildProcess;
    const hosts = [{ name: "web-1", tier: "web" }];
    const log = "log/site/current";

    before(async () => {
      const { layout } = place;
      const copies = sumoCopies({ layout, stack: "dev", hosts, queueMiB: 4 });
      const tls = place.tls("logs");
      const text = renderLogStore({ layout, host: "web-1", hosts: [], tls, copies });
      const free = await freePort();
      // As the stack has it, but by the test's ports, and sooner.
      const sooner = text
        .replaceAll(`127.0.0.1:${ports.sumo}`, `127.0.0.1:${port}`)
        .replaceAll(`port(${ports.logs})`, `port(${free}) ip("127.0.0.1")`)
        .replaceAll("batch-timeout(5000)", "batch-timeout(100)")
        .replaceAll("time-reopen(5)", "time-reopen(1)");
      place.folders("run/logs", "data/log-state");
      place.put({ ...sumoPrograms(layout), [logConfiguration(layout)]: plainFile(sooner) });
      place.text(log, "the first line\n".repeat(20));
      const [program = "", ...words] = inUserland(logService(layout).command);
      collector = spawn(program, words, { stdio: "ignore" });
    });

    it("takes them whole, those that were refused too, short after long", async () => {
      const lines = () => sink.linesOf("dev/web/services").map((line) => line.replace(/^\S+ /, ""));
      const come = (line: string) =>
        until(line, 20_000, () => (lines().includes(`site ${line}`) ? null : "not yet"));
      await come("the first line");
      sink.refuses = true;
      const before = sink.refusals.length;
      appendFileSync(`${place.root}/${log}`, "the second line\n");
      await until("a refusal", 20_000, () => (sink.refusals.length > before ? null : "none"));
      sink.refuses = false;
      await come("the second line");
      assert.deepEqual(lines(), [...Array(20).fill("site the first line"), "site the second line"]);
    });

    after(async () => {
      if (collector?.kill()) await once(collector, "exit");
    });
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
