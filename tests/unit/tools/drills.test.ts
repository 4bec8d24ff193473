import assert from "node:assert/strict";
import { awsDrills } from "../../../tools/aws/drills.ts";
import { broken, exitCode, type Outcome, reportText } from "../../../tools/drills/drill.ts";
import { drills } from "../../../tools/drills/list.ts";
import { urnsToReplace } from "../../../tools/drills/replace.ts";
import { paceFor } from "../../../tools/drills/watch.ts";

const fine: Outcome = {
  reads: 400,
  failedReads: [],
  writes: 200,
  failedWrites: [],
  lost: 0,
  withoutReads: 0.2,
  withoutWrites: 0.4,
};
const promised = { everyRequest: true, seconds: 5 };

describe("a drill's promise", () => {
  it("is kept when nothing failed", () => {
    assert.deepEqual(broken(promised, fine), []);
  });

  it("is broken by each of: a lost write, a failed request, too long without a write", () => {
    assert.deepEqual(broken(promised, { ...fine, lost: 2, failedWrites: ["503"], withoutWrites: 6 }), [
      "2 acknowledged writes are lost",
      "1 requests failed (503)",
      "6.0 s without a write, 5 s are promised",
    ]);
  });

  it("makes the command fail when it is broken, and only then", () => {
    assert.equal(exitCode(promised, fine), 0);
    for (const worse of [{ lost: 1 }, { failedReads: ["503"] }, { withoutWrites: 5.1 }])
      assert.equal(exitCode(promised, { ...fine, ...worse }), 1);
  });

  it("may allow failed requests, but never a lost write", () => {
    const lax = { ...promised, everyRequest: false };
    assert.deepEqual(broken(lax, { ...fine, failedReads: ["ECONNRESET"] }), []);
    assert.equal(broken(lax, { ...fine, lost: 1 }).length, 1);
  });

  it("is told with what visitors saw", () => {
    const [drill] = drills;
    assert.ok(drill);
    const text = reportText(drill, { ...fine, lost: 1 });
    assert.match(text, /200 acknowledged, failed 0, lost 1\n/);
    assert.match(text, /0\.20 s for readers, 0\.40 s for writers/);
    assert.match(text, /the promise is broken: 1 acknowledged/);
  });
});

describe("drills", () => {
  it("have names of their own and say what a stack lacks for them", () => {
    assert.equal(new Set(drills.map(({ name }) => name)).size, drills.length);
    const least = { balancers: ["lb-1"], webs: ["web-1"], databases: ["db-1"] };
    for (const name of ["kill-web", "kill-balancer", "kill-writer", "partition-writer", "disk-full"])
      assert.match(drills.find((one) => one.name === name)?.needs?.(least) ?? "", /it needs/, name);
  });

  it("pace their visitors below the limit of an address", () => {
    assert.equal(paceFor(2000), 50);
    assert.equal(paceFor(10), 2000);
  });

  it("on AWS are the service's own calls", () => {
    const stack = { name: "prod", region: "eu-west-1", webs: ["web-1"], databaseKind: "cluster" } as const;
    const words = (name: string) => awsDrills[name]?.call(stack, "web-1", "i-1").slice(1, 3).join(" ");
    assert.equal(words("kill-web"), "ec2 terminate-instances");
    assert.equal(words("kill-writer"), "rds failover-db-cluster");
    assert.equal(words("refresh-web"), "autoscaling start-instance-refresh");
  });
});

describe("urnsToReplace", () => {
  const urn = (type: string, name: string) => ({
    urn: `urn:pulumi:dev::foobar::foobar:index:X$${type}::${name}`,
  });
  const exported = JSON.stringify({
    deployment: {
      resources: [
        urn("tls:index/privateKey:PrivateKey", "authority-ca"),
        urn("tls:index/privateKey:PrivateKey", "web-1-service"),
        urn("tls:index/locallySignedCert:LocallySignedCert", "web-1-service"),
        urn("random:index/randomPassword:RandomPassword", "database-site"),
        urn("random:index/randomPassword:RandomPassword", "other"),
      ],
    },
  });
  const names = (what: "certificates" | "passwords") =>
    urnsToReplace(exported, what).map((one) => one.split("::").at(-1));

  it("takes every key but the authority's, whose certificates follow", () => {
    assert.deepEqual(names("certificates"), ["web-1-service"]);
  });

  it("takes the application's password", () => {
    assert.deepEqual(names("passwords"), ["database-site"]);
  });
});
