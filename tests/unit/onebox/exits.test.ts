import assert from "node:assert/strict";
import {
  exitNames,
  exitSockets,
  exitsOf,
  gatewayExits,
  reachedBy,
  receiversOf,
} from "../../../components/onebox/exits.ts";
import { renderExits } from "../../../hosts/haproxy/exits.ts";
import { Workplace } from "../hosts/support/workplace.ts";

describe("the ways out of a sandbox", () => {
  const servers = ["hooks.slack.com:443", "alerts.example.com:443", "smtp.example.com:587", "127.0.0.1:9999"];

  it("reach a server by its own name over TLS, and this machine by the gateway's name", () => {
    assert.deepEqual(reachedBy("hooks.slack.com:443"), { host: "hooks.slack.com", port: 443, tls: true });
    for (const server of ["127.0.0.1:9999", "localhost:9999"])
      assert.deepEqual(reachedBy(server), { host: "gateway", port: 9999, tls: false });
  });

  it("are those of the receivers, each once", () => {
    const alerts = {
      webhooks: ["a.example.com:443", "b.example.com:443"].map((server) => ({ server })),
      slack: [{ server: "a.example.com:443" }],
    };
    assert.deepEqual(receiversOf({ alerts }), ["a.example.com:443", "b.example.com:443"]);
  });

  it("lead Sumo Logic's copies to its port by the gateway's 443, and stand once for who shares them", () => {
    const url = (host: string) => `https://${host}/receiver/v1/http/secret`;
    assert.deepEqual(exitsOf(["127.0.0.1:443"], url("localhost:8088")), [
      { server: "127.0.0.1:443", port: 443, name: null },
      { server: "localhost:8088", port: 443, name: "localhost" },
    ]);
    assert.equal(exitsOf(["a.example.com:443"], url("a.example.com")).length, 1);
    assert.deepEqual(exitNames(exitsOf(servers, url("localhost"))), [
      "hooks.slack.com",
      "alerts.example.com",
      "smtp.example.com",
    ]);
  });

  it("keep their sockets whoever else comes and goes", () => {
    const before = gatewayExits(exitsOf(servers), "/x");
    const after = gatewayExits(exitsOf(["new.example.com:443", ...servers.slice(1)]), "/x");
    const kept = after.filter(({ socket }) => before.some((exit) => exit.socket === socket));
    assert.deepEqual(
      kept.map(({ name, port }) => `${name}:${port}`),
      ["alerts.example.com:443", "smtp.example.com:587", "null:9999"],
    );
    assert.deepEqual(
      Object.keys(exitSockets(exitsOf(servers))).map((name) => `/x/${name}`),
      before.map(({ socket }) => socket),
    );
  });

  it("go by the name that is asked for where several share a port", () => {
    const text = renderExits(
      gatewayExits(exitsOf(servers, "https://collectors.sumologic.com/a"), "/run/host/exits"),
    );
    const of = (port: number) =>
      text.split(/^(?=frontend|backend)/m).find((part) => part.startsWith(`frontend exits-${port}`)) ?? "";
    assert.match(
      of(443),
      /use_backend exit-443-hooks\.slack\.com if \{ req\.ssl_sni -i hooks\.slack\.com \}/,
    );
    assert.match(of(443), /use_backend exit-443-alerts\.example\.com if/);
    assert.match(of(443), /use_backend exit-443-collectors\.sumologic\.com if/);
    assert.doesNotMatch(of(443), /default_backend/);
    // A mail server speaks first: nothing is waited for.
    assert.doesNotMatch(of(587), /inspect-delay/);
    assert.match(of(9999), /default_backend exit-9999-machine/);
    const place = new Workplace();
    const { code, text: said } = place.run(["haproxy", "-c", "-f", place.text("exits.cfg", text)]);
    place.close();
    assert.equal(code, 0, said);
  });
});
