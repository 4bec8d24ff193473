import assert from "node:assert/strict";
import { parseSettings } from "../../../config/parse.ts";
import { rawConfig } from "./support.ts";

const url = "https://collectors.example.com/receiver/v1/http/sesame";

const findings = (change: Readonly<Record<string, unknown>>, ...encrypted: readonly string[]) => {
  const parsed = parseSettings(rawConfig(change), { encrypted: new Set(encrypted), stackFile: null });
  return parsed.ok ? [] : parsed.findings;
};
const alerts = (change: object) => ({ monitoring: { alerts: change } });

describe("a secret in plain text", () => {
  it("is refused, each with the line that encrypts it, and not shown", () => {
    const found = findings({
      monitoring: {
        sumoLogic: url,
        alerts: { slack: [{ path: "/services/sesame" }] },
      },
    });
    assert.deepEqual(
      found.map(({ path, remedy }) => [path, /run: (.*)$/.exec(remedy)?.[1]]),
      [
        ["foobar:monitoring.sumoLogic", "pulumi config set --secret --path 'foobar:monitoring.sumoLogic'"],
        [
          "foobar:monitoring.alerts.slack[0].path",
          "pulumi config set --secret --path 'foobar:monitoring.alerts.slack[0].path'",
        ],
      ],
    );
    assert.doesNotMatch(JSON.stringify(found), /sesame/);
  });

  it("is told beside other findings", () => {
    const found = findings({ domain: "x", monitoring: { sumoLogic: url } });
    assert.deepEqual(
      found.map(({ path }) => path),
      ["foobar:domain", "foobar:monitoring.sumoLogic"],
    );
  });

  it("is none where Pulumi holds the key encrypted", () => {
    assert.deepEqual(findings({ monitoring: { sumoLogic: url } }, "monitoring"), []);
  });

  it("is told apart from an encrypted one under the same key by the stack's file", () => {
    const settings = { monitoring: { sumoLogic: url, alerts: { slack: [{ path: "/services/sesame" }] } } };
    const paths = (stackFile: string) => {
      const parsed = parseSettings(rawConfig(settings), { encrypted: new Set(["monitoring"]), stackFile });
      return parsed.ok ? [] : parsed.findings.map(({ path }) => path);
    };
    const encrypted = "    sumoLogic:\n      secure: v1:abc\n";
    const slack = "    alerts:\n      slack:\n        - path:";
    assert.deepEqual(paths(`${encrypted}${slack} /services/sesame\n`), [
      "foobar:monitoring.alerts.slack[0].path",
    ]);
    assert.deepEqual(paths(`${encrypted}${slack} "/services/sesame" # ours\n`).length, 1);
    assert.deepEqual(paths(`${encrypted}${slack}\n            secure: v1:def/services/sesame2\n`), []);
  });

  it("is let pass where it opens this machine's own loopback only", () => {
    const path = "/sesame";
    assert.deepEqual(findings(alerts({ webhooks: [{ server: "127.0.0.1:9000", path }] })), []);
    assert.deepEqual(
      findings({ monitoring: { sumoLogic: "https://localhost:9000/receiver/v1/http/t" } }),
      [],
    );
    for (const server of ["127.0.0.1.example.com:443", "localhost.example.com:443"])
      assert.equal(findings(alerts({ webhooks: [{ server, path }] })).length, 1, server);
    assert.equal(
      findings({ monitoring: { sumoLogic: "https://localhost.example.com/r/v1/http/t" } }).length,
      1,
    );
  });

  it("is not looked for where nobody tells what is encrypted", () => {
    assert.ok(parseSettings(rawConfig({ monitoring: { sumoLogic: url } })).ok);
  });
});
