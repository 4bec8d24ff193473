import assert from "node:assert/strict";
import { configTexts } from "../../../tools/onebox/stack.ts";
import { type HostStatus, problemsOf, type StackStatus, statusText } from "../../../tools/status/report.ts";

const host = (name: string, role: string, more: Partial<HostStatus> = {}): HostStatus => ({
  name,
  role,
  zone: "a",
  up: true,
  servicesUp: ["one", "two"],
  servicesDown: [],
  memory: 100e6,
  duty: "",
  certificateDays: 80,
  ...more,
});

const well: StackStatus = {
  stack: "dev",
  endpoint: "https://www.foobar.com:8443",
  site: { ok: true, answer: "200", milliseconds: 12 },
  writer: "db-1",
  activeBalancer: "lb-1",
  databaseSynced: { "db-1": true },
  databaseReadOnly: [],
  requestsPerSecond: 12.34,
  alerts: [],
  userlandMade: new Date("2026-11-01T12:00:00Z"),
  hosts: [
    host("lb-1", "balancer", { duty: "active" }),
    host("web-1", "web"),
    host("db-1", "database", { duty: "writer" }),
  ],
};

const plain = (text: string) => text;

describe("problemsOf", () => {
  it("finds nothing wrong with a stack that is well", () => {
    assert.deepEqual(problemsOf(well), []);
  });

  it("names everything that is wrong", () => {
    const problems = problemsOf({
      ...well,
      site: { ok: false, answer: "503", milliseconds: 3 },
      activeBalancer: null,
      databaseSynced: { "db-1": false },
      databaseReadOnly: ["db-2"],
      alerts: ["SiteDown"],
      hosts: [
        host("lb-1", "balancer", { up: false, servicesDown: ["web"] }),
        host("web-1", "web", { servicesDown: ["site"], certificateDays: 2 }),
      ],
    });
    assert.deepEqual(problems, [
      "the site does not serve: 503",
      "host lb-1 is down",
      "web-1: site down",
      "not exactly one balancer holds the virtual address",
      "db-1 is not synced",
      "db-2 is read-only: its disk is all but full",
      "web-1: a certificate ends in 2 days; run `npm run up`",
      "alert SiteDown is firing",
    ]);
  });

  it("says that a monitor does not answer, and nothing of one that the stack does not have", () => {
    const silent = { ...well, alerts: null, requestsPerSecond: null };
    assert.deepEqual(problemsOf(silent), []);
    assert.deepEqual(problemsOf({ ...silent, hosts: [...well.hosts, host("monitor", "monitor")] }), [
      "the monitor does not answer: it tells of no alert",
    ]);
  });
});

describe("statusText", () => {
  it("shows a line a host, in columns, and who writes", () => {
    const text = statusText(well, plain, new Date("2026-11-02T12:00:00Z"));
    assert.match(text, /^host {3}role {6}zone {2}services {2}memory {2}certificate$/m);
    assert.match(text, /^db-1 {3}database {2}a {5}2 up {6}100 MB {2}80 d {9}writer$/m);
    assert.match(text, /requests +12\.3 a second/);
    assert.match(text, /everything is well\n$/);
  });

  it("says what to do about programs that are old, once they are", () => {
    const on = (day: string) => statusText(well, plain, new Date(`${day}T13:00:00Z`));
    assert.match(on("2026-12-01"), /userland +Debian of 2026-11-01[\s\S]*everything is well\n$/);
    assert.match(on("2026-12-02"), /as it was 31 days ago: `npm run userland -- --update`/);
    assert.match(statusText({ ...well, userlandMade: null }, plain), /Debian of an unknown day/);
  });

  it("says which services are down, and paints only through its painter", () => {
    const text = statusText(
      { ...well, hosts: [host("web-1", "web", { servicesUp: ["site"], servicesDown: ["web"] })] },
      (line, colour) => `<${colour}>${line}`,
    );
    assert.match(text, /^<red>web-1 .* 1 of 2, down: web /m);
    assert.match(text, /<red>1 problem\n {2}- web-1: web down/);
    assert.ok(!text.includes("\x1b"));
  });
});

describe("configTexts", () => {
  it("takes the project's own keys, structures as their text", () => {
    const json = JSON.stringify({
      "foobar:cloud": { value: "onebox", secret: false },
      "foobar:servers": { value: "[]", objectValue: [], secret: false },
      "aws:region": { value: "eu-west-1", secret: false },
    });
    assert.deepEqual(configTexts(json), { cloud: "onebox", servers: "[]" });
  });
});
