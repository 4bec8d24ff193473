import assert from "node:assert/strict";
import { alertmanagerFiles, alertmanagerService, type Receivers } from "../../../hosts/alertmanager.ts";
import { Workplace } from "./support/workplace.ts";

const place = new Workplace();
after(() => place.close());

const nobody: Receivers = { email: null, webhooks: [], slack: [], heartbeat: null };
const everybody: Receivers = {
  email: {
    server: { host: "smtp.example.com", port: 587, tls: true },
    from: "monitor@example.com",
    to: ["one@example.com", "two@example.com"],
    user: "monitor",
    password: "a secret of the mail server",
  },
  webhooks: [{ server: { host: "gateway", port: 9999, tls: false }, path: "/a-secret-hook" }],
  slack: [
    {
      server: { host: "hooks.slack.com", port: 443, tls: true },
      path: "/services/a-secret-path",
      channel: "#operations",
    },
  ],
  heartbeat: {
    server: { host: "hc-ping.com", port: 443, tls: true },
    path: "/a-secret-heartbeat",
    everyMinutes: 5,
  },
};

describe("Alertmanager", () => {
  const files = (receivers: Receivers) =>
    alertmanagerFiles({ layout: place.layout, receivers, repeatHours: 4, scrapeSeconds: 5 });
  const [path = ""] = Object.keys(files(nobody));
  const configuration = (receivers: Receivers) => JSON.parse(files(receivers)[path]?.content ?? "");

  it("accepts its configuration, with and without receivers", () => {
    for (const receivers of [nobody, everybody]) {
      place.put(files(receivers));
      const { code, text } = place.run(alertmanagerService(place.layout).validate ?? []);
      assert.equal(code, 0, text);
      assert.match(text, /SUCCESS/);
    }
  });

  it("tells everybody of an alert and of its end", () => {
    const [people] = configuration(everybody).receivers;
    assert.deepEqual(
      people.email_configs.map(({ to, smarthost, require_tls }: Record<string, unknown>) => [
        to,
        smarthost,
        require_tls,
      ]),
      [
        ["one@example.com", "smtp.example.com:587", true],
        ["two@example.com", "smtp.example.com:587", true],
      ],
    );
    assert.equal(people.webhook_configs[0].url, "http://gateway:9999/a-secret-hook");
    assert.equal(people.slack_configs[0].api_url, "https://hooks.slack.com:443/services/a-secret-path");
    for (const list of [people.email_configs, people.webhook_configs, people.slack_configs])
      for (const one of list) assert.equal(one.send_resolved, true);
  });

  it("keeps its secrets in a file that only it may read, and out of its arguments", () => {
    const all = Object.values(files(everybody));
    assert.deepEqual(
      all.map(({ mode, user, secret }) => [mode, user, secret]),
      [["0600", "alertmanager", true]],
    );
    assert.doesNotMatch(JSON.stringify(alertmanagerService(place.layout)), /secret/);
  });

  it("sends an alert to the receivers whatever its labels", () => {
    place.put(files(everybody));
    const { text } = place.run([
      "amtool",
      "config",
      "routes",
      "test",
      `--config.file=${path}`,
      "severity=warning",
    ]);
    assert.match(text, /^people$/m);
  });

  it("sends what always fires to the dead man's switch alone, and to nobody where there is none", () => {
    for (const receivers of [nobody, everybody]) {
      place.put(files(receivers));
      const argv = ["amtool", "config", "routes", "test", `--config.file=${path}`];
      assert.match(place.run([...argv, "alertname=Heartbeat", "severity=none"]).text, /^heartbeat$/m);
    }
    const of = (receivers: Receivers) => configuration(receivers).receivers[1].webhook_configs;
    assert.deepEqual(of(nobody), []);
    assert.deepEqual(of(everybody), [
      { url: "https://hc-ping.com:443/a-secret-heartbeat", send_resolved: false },
    ]);
    assert.equal(configuration(everybody).route.routes[0].repeat_interval, "5m");
  });

  it("keeps quiet of what follows from a site that is down, but not of the security", () => {
    const [down] = configuration(nobody).inhibit_rules;
    assert.deepEqual(down.source_matchers, ['alertname="SiteDown"']);
    assert.deepEqual(down.target_matchers, [
      'alertname!="SiteDown"',
      'group!="security"',
      'severity!="none"',
    ]);
  });
});
