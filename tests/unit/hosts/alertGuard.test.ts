/** What was told stays told while Prometheus is silent: the guard beside a real Alertmanager with the stack's configuration. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { z } from "zod";
import { alertGuardFiles, alertGuardService } from "../../../hosts/alertGuard.ts";
import { alertmanagerFiles, alertmanagerService } from "../../../hosts/alertmanager.ts";
import { alertTimes } from "../../../hosts/alertTimes.ts";
import { programFile } from "../../../hosts/layout.ts";
import { ports } from "../../../hosts/ports.ts";
import { until } from "../../../provider/system.ts";
import { inUserland } from "../../../tools/userland/command.ts";
import { freePort } from "../../support/freePort.ts";
import { Workplace } from "./support/workplace.ts";

const scrapeSeconds = 5;
const times = alertTimes(scrapeSeconds);
const known = z.array(z.object({ labels: z.record(z.string(), z.string()), endsAt: z.string() }));

describe("the guard of what was told", () => {
  const place = new Workplace();
  // A zone whose times carry an offset.
  const env = { PATH: `${place.root}/bin:${process.env.PATH}`, TZ: "America/New_York" };
  let alertmanager: ChildProcess;
  let address: string;

  const start = async () => {
    place.put(
      alertmanagerFiles({
        layout: place.layout,
        receivers: { email: null, webhooks: [], slack: [], heartbeat: null },
        repeatHours: 4,
        scrapeSeconds,
      }),
    );
    place.folders("data/alertmanager");
    address = `127.0.0.1:${await freePort()}`;
    const [program = "", ...words] = inUserland(
      alertmanagerService(place.layout).command.map((word) =>
        word.replace(`127.0.0.1:${ports.alertmanager}`, address),
      ),
    );
    alertmanager = spawn(program, words, { stdio: "ignore", env });
    await until("Alertmanager", 30_000, async () =>
      (await fetch(`http://${address}/-/ready`).catch(() => null))?.ok ? null : "it does not answer",
    );
  };

  /** What Prometheus sends for an alert that goes on. */
  const send = async (alertname: string, seconds: number) => {
    const endsAt = new Date(Date.now() + seconds * 1000).toISOString();
    const answer = await fetch(`http://${address}/api/v2/alerts`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify([{ labels: { alertname }, annotations: { summary: `a "quoted" text` }, endsAt }]),
    });
    assert.equal(answer.status, 200);
  };

  /** Seconds until Alertmanager takes an alert to be over; null when it has. */
  const left = async (alertname: string): Promise<number | null> => {
    const alerts = known.parse(await (await fetch(`http://${address}/api/v2/alerts`)).json());
    const found = alerts.find(({ labels }) => labels.alertname === alertname);
    return found ? (Date.parse(found.endsAt) - Date.now()) / 1000 : null;
  };

  /** Has the guard look so often, as if so many seconds had passed since. @returns what it says */
  const look = (times: number, later: number): string => {
    const [text = ""] = Object.values(alertGuardFiles(place.layout, scrapeSeconds)).map(
      ({ content }) => content,
    );
    const [path = ""] = alertGuardService(place.layout).command;
    place.text("looks", String(times));
    place.put({
      [path]: programFile(text.replace(`127.0.0.1:${ports.alertmanager}`, address)),
      [`${place.root}/bin/date`]: programFile(
        `#!/bin/sh\n[ "$*" = +%s ] || exec /bin/date "$@"\necho $(($(/bin/date +%s) + ${later}))\n`,
      ),
      [`${place.root}/bin/sleep`]: programFile(
        `#!/bin/sh\nlooks=$(($(cat ${place.root}/looks) - 1)); echo $looks >${place.root}/looks; [ $looks -gt 0 ] || kill $PPID\n`,
      ),
    });
    const [program = "", ...words] = inUserland(["sh", path]);
    const { stdout, stderr, status } = spawnSync(program, words, { env, encoding: "utf8", timeout: 30_000 });
    assert.equal(status, 0, stderr);
    return `${stdout}${stderr}`;
  };

  beforeEach(start);

  it("leaves an alert its end while Prometheus is heard of", async () => {
    await send("Heartbeat", times.lifetime);
    await send("WebServerDown", 60);
    assert.equal(look(2, times.silent - 5), "");
    assert.ok(((await left("WebServerDown")) ?? 0) <= 60);
  });

  it("holds it once Prometheus has been silent, says so once, and does not hold the heartbeat", async () => {
    await send("Heartbeat", 60);
    await send("WebServerDown", 60);
    assert.match(look(3, times.silent + 5), /^Prometheus has been silent for more than \d+ s: .*\n$/);
    assert.ok(((await left("WebServerDown")) ?? 0) > times.hold - 10);
    assert.ok(((await left("Heartbeat")) ?? 0) <= 60);
  });

  it("holds it where the heartbeat has run out, until Prometheus says itself that it is over", async () => {
    await send("WebServerDown", 60);
    look(1, 0);
    assert.ok(((await left("WebServerDown")) ?? 0) > times.hold - 10);
    await send("WebServerDown", 0);
    await until("its end", 10_000, async () =>
      (await left("WebServerDown")) === null ? null : "it goes on",
    );
  });

  it("does nothing where nothing was told, or nobody answers", async () => {
    assert.equal(look(1, 0), "");
    alertmanager.kill();
    await once(alertmanager, "exit");
    assert.equal(look(1, 0), "");
  });

  afterEach(async () => {
    if (alertmanager.exitCode === null && alertmanager.kill()) await once(alertmanager, "exit");
  });
  after(() => place.close());
});

describe("the times of alerts", () => {
  it("let silence be noticed before the alert that was told of longest ago has run out, however often is collected", () => {
    for (let each = 1; each <= 300; each += 1) {
      const { resend, lifetime, silent, look, hold, patience } = alertTimes(each);
      assert.ok(resend + each < silent, `${each}: one heartbeat that is late is no silence`);
      assert.ok(silent + look < lifetime - resend - each, `${each}: silence is noticed in time`);
      assert.ok(hold >= look + 4 * each, `${each}: a new Prometheus has time to find out`);
      assert.ok(patience >= 3 * each, `${each}: people are not told of one answer that is missing`);
    }
  });
});
