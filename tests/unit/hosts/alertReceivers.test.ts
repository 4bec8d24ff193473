/** What people get: a real Alertmanager with the stack's configuration tells a mail server and a Slack of the test. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { z } from "zod";
import { alertmanagerFiles, alertmanagerService } from "../../../hosts/alertmanager.ts";
import { ports } from "../../../hosts/ports.ts";
import { until } from "../../../provider/system.ts";
import { inUserland } from "../../../tools/userland/command.ts";
import { freePort } from "../../support/freePort.ts";
import { MailSink } from "../../support/mailSink.ts";
import { selfSigned } from "../../support/selfSigned.ts";
import { Sink } from "../../support/sink.ts";
import { Workplace } from "./support/workplace.ts";

const patience = 30_000;
const page = "https://localhost:8444/runbook#web-server-down";

const slackMessage = z.object({
  channel: z.string(),
  attachments: z.array(z.object({ title: z.string(), text: z.string() })).length(1),
});

describe("people who are told of alerts", () => {
  const place = new Workplace();
  const login = { user: "monitor", password: "a password of a test" };
  let mail: MailSink;
  let slack: Sink;
  let alertmanager: ChildProcess;
  let api: string;

  before(async () => {
    const pair = await selfSigned();
    mail = await MailSink.open(pair, login);
    slack = await Sink.open(pair);
    const files = alertmanagerFiles({
      layout: place.layout,
      receivers: {
        email: {
          server: { host: "localhost", port: mail.port, tls: true },
          from: "monitor@example.com",
          to: ["one@example.com", "two@example.com"],
          ...login,
        },
        webhooks: [],
        slack: [
          {
            server: { host: "localhost", port: slack.port, tls: true },
            path: "/services/a-secret-path",
            channel: "#operations",
          },
        ],
        heartbeat: null,
      },
      repeatHours: 4,
      scrapeSeconds: 5,
    });
    // As the stack has it, but sooner.
    for (const [path, { content }] of Object.entries(files))
      place.text(path.slice(place.root.length), content.replaceAll(/"(5|30)s"/g, '"100ms"'));
    place.folders("data/alertmanager");
    const port = await freePort();
    api = `http://127.0.0.1:${port}/api/v2`;
    const command = alertmanagerService(place.layout).command.map((word) =>
      word.replace(`127.0.0.1:${ports.alertmanager}`, `127.0.0.1:${port}`),
    );
    const [program = "", ...words] = inUserland(command);
    const trusted = place.text("ca.pem", pair.certificate);
    alertmanager = spawn(program, words, {
      stdio: "ignore",
      env: { PATH: process.env.PATH, SSL_CERT_FILE: trusted },
    });
    await until("Alertmanager", patience, async () =>
      (await fetch(`${api}/status`).catch(() => null))?.ok ? null : "it does not answer",
    );
  });

  /** What Prometheus sends for an alert. */
  const send = async (times: { startsAt: string; endsAt?: string }) => {
    const alert = {
      labels: { alertname: "WebServerDown", severity: "warning", server: "web-2", stack: "dev" },
      annotations: { summary: "Health check of web-2: down", description: "It fails.", runbook: page },
      ...times,
    };
    const answer = await fetch(`${api}/alerts`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify([alert]),
    });
    assert.equal(answer.status, 200, await answer.text());
  };

  /** The one e-mail to somebody with a status in its subject. */
  const mailTo = async (to: string, status: string) => {
    const wanted = () => mail.messages.filter(({ text }) => text.includes(`Subject: [${status}`));
    await until(`${status} to ${to}`, patience, () =>
      wanted().some((message) => message.to.includes(to)) ? null : `${mail.messages.length} messages`,
    );
    return wanted().filter((message) => message.to.includes(to));
  };

  const slackText = async (status: string) => {
    await until(`${status} in Slack`, patience, () =>
      slack.taken.some(({ lines }) => lines.join("").includes(`[${status}]`)) ? null : "nothing",
    );
    const found = slack.taken.filter(({ lines }) => lines.join("").includes(`[${status}]`));
    assert.deepEqual(
      found.map(({ path }) => path),
      ["/services/a-secret-path"],
    );
    return slackMessage.parse(JSON.parse(found[0]?.lines.join("\n") ?? ""));
  };

  it("get an e-mail and a message in Slack with the way to the runbook, and again when it is over", async () => {
    const startsAt = new Date().toISOString();
    await send({ startsAt });
    for (const to of ["one@example.com", "two@example.com"]) {
      const [message, ...more] = await mailTo(to, "FIRING");
      assert.deepEqual(more, []);
      assert.equal(message?.from, "monitor@example.com");
      assert.equal(message?.encrypted, true);
      assert.match(message?.text ?? "", /WebServerDown/);
      assert.ok(message?.text.includes(page), message?.text);
    }
    const fired = await slackText("FIRING");
    assert.equal(fired.channel, "#operations");
    assert.equal(fired.attachments[0]?.title, "[FIRING] dev: WebServerDown");
    assert.equal(fired.attachments[0]?.text.trim(), `Health check of web-2: down (${page})`);
    await send({ startsAt, endsAt: new Date().toISOString() });
    for (const to of ["one@example.com", "two@example.com"]) await mailTo(to, "RESOLVED");
    assert.equal((await slackText("RESOLVED")).attachments[0]?.title, "[RESOLVED] dev: WebServerDown");
  });

  after(async () => {
    if (alertmanager?.kill()) await once(alertmanager, "exit");
    await mail?.close();
    await slack?.close();
    place.close();
  });
});
