import assert from "node:assert/strict";
import { parseSettings } from "../../../config/parse.ts";
import { longestStackName } from "../../../config/stackNames.ts";
import { committedConfig } from "../../support/mockedStack.ts";

/** Findings about a committed stack with some keys changed, as `path: problem`. */
function findings(stack: string, changes: Readonly<Record<string, unknown>> = {}, name = stack) {
  const raw = Object.fromEntries(
    Object.entries(committedConfig(stack, changes)).map(([key, value]) => [
      key.replace("foobar:", ""),
      value,
    ]),
  );
  const parsed = parseSettings(raw, undefined, name);
  return parsed.ok ? [] : parsed.findings;
}

const problems = (stack: string, changes: Readonly<Record<string, unknown>>) =>
  findings(stack, changes).map(({ path, problem }) => `${path} ${problem}`);

describe("rules about cloud aws", () => {
  it("the committed stacks keep every rule", () => {
    assert.deepEqual(findings("staging"), []);
    assert.deepEqual(findings("prod"), []);
  });

  it("production refuses what puts data or visitors at risk, all at once, and says why", () => {
    const found = findings("prod", {
      aws: {
        deletionProtection: false,
        waf: { mode: "off" },
        image: { id: "latest" },
        accountId: undefined,
        alarms: { emails: [] },
      },
      database: { backup: { keep: 1 } },
      servers: [
        { name: "web-1", role: "web", zone: "a" },
        { name: "web-2", role: "web", zone: "a" },
      ],
    });
    assert.deepEqual(
      found.map(({ path, problem, remedy }) => `${path} ${problem}. ${remedy}`),
      [
        "foobar:aws.deletionProtection is false in production. One mistaken command would delete the database; to tear it down, make it a staging environment first: pulumi config set --path 'foobar:aws.deletionProtection' true",
        "foobar:servers puts every web server in one zone in production. The site would be gone with that zone; spread the web servers over zones a, b and c",
        "foobar:aws.waf.mode is off in production. Known attacks would reach the application; count first if you fear to stop visitors, then block: pulumi config set --path 'foobar:aws.waf.mode' block",
        "foobar:aws.image.id is latest in production. An `up` would replace every server by an image that nobody tried; pin the one that staging runs: pulumi config set --path 'foobar:aws.image.id' ami-0123456789abcdef0",
        "foobar:aws.accountId is missing in production. With the wrong credentials the stack would be built in another account; name the one it belongs to: pulumi config set --type string --path 'foobar:aws.accountId' 123456789012",
        "foobar:aws.alarms.emails is empty in production. Nobody would hear an alarm; name who does: pulumi config set --path 'foobar:aws.alarms.emails[0]' operations@example.com",
        "foobar:database.backup.keep is 1 in production. A fault is often found only after days; keep a week of backups or more: pulumi config set --path 'foobar:database.backup.keep' 7",
      ],
    );
  });

  it("refuses a stack's name that AWS's names have no room for, or no letter", () => {
    for (const name of ["x".repeat(longestStackName + 1), "Staging", "my_stack", "a--b", "b-", "v1.2"]) {
      const [found, ...others] = findings("staging", {}, name);
      assert.deepEqual(others, [], name);
      assert.equal(found?.problem, `is named ${name}, and AWS would refuse the names that begin with it`);
      assert.match(found.remedy, /pulumi stack rename NAME --stack/);
    }
    for (const name of ["x".repeat(longestStackName), "a-b", "2"]) {
      assert.deepEqual(findings("staging", {}, name), [], name);
    }
  });

  it("knows which classes a kind of database has", () => {
    const engineVersion = "8.0.mysql_aurora.3.10.0";
    for (const [database, right] of [
      [{ kind: "cluster", instanceClass: "db.r6gd.large" }, true],
      [{ kind: "cluster", instanceClass: "db.m6id.large" }, true],
      [{ kind: "cluster", instanceClass: "db.r6g.large" }, false],
      [{ kind: "instance", instanceClass: "db.m7g.large" }, true],
      [{ kind: "instance", instanceClass: "db.r6gd.large" }, true],
      [{ kind: "instance" }, false],
      [{ kind: "aurora", instanceClass: "db.r8g.large", engineVersion }, true],
      [{ kind: "aurora", instanceClass: "db.m7g.large", engineVersion }, false],
      [{ kind: "aurora", engineVersion }, false],
    ] as const) {
      const found = problems("staging", { aws: { database } });
      assert.equal(found.length, right ? 0 : 1, JSON.stringify([database, found]));
      if (!right) assert.match(found[0] ?? "", /instanceClass is db\.\S+, which kind \w+ does not have/);
    }
  });

  it("knows what provisioned operations need", () => {
    for (const [database, says] of [
      [{ iops: 1000, storageGiB: 99 }, /storageGiB is 99, and aws\.database\.iops is given/],
      [{ iops: 5001, storageGiB: 100 }, /iops is 5001, and aws\.database\.storageGiB is 100/],
      [{ iops: 1000, storageGiB: 2001 }, /iops is 1000, and aws\.database\.storageGiB is 2001/],
      [
        {
          iops: 3000,
          kind: "aurora",
          instanceClass: "db.r8g.large",
          engineVersion: "8.0.mysql_aurora.3.10.0",
        },
        /iops is 3000, and kind is aurora/,
      ],
    ] as const) {
      const found = problems("staging", { aws: { database } });
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", says);
    }
    for (const database of [
      { iops: 1000, storageGiB: 100 },
      { iops: 5000, storageGiB: 100 },
      { iops: 1000, storageGiB: 2000 },
    ]) {
      assert.deepEqual(problems("staging", { aws: { database } }), []);
    }
  });

  it("staging may do all that", () => {
    assert.deepEqual(problems("staging", { aws: { image: { id: "latest" }, waf: { mode: "off" } } }), []);
  });

  it("names the cloud's own key when it is missing", () => {
    assert.deepEqual(problems("staging", { aws: undefined }), ["foobar:aws is missing"]);
  });

  it("wants three zones of the region", () => {
    assert.deepEqual(
      problems("staging", { aws: { zones: { a: "eu-west-1a", b: "eu-west-1a", c: "us-east-1c" } } }),
      [
        "foobar:aws.zones.b is eu-west-1a, as is zone a",
        "foobar:aws.zones.c is us-east-1c, which is not in eu-west-1",
      ],
    );
  });

  it("wants a certificate from somewhere", () => {
    assert.deepEqual(problems("staging", { aws: { hostedZone: undefined } }), [
      "foobar:aws.hostedZone is missing, and so is aws.certificate",
    ]);
    assert.deepEqual(problems("staging", { tls: { mode: "passthrough" }, aws: { waf: { mode: "off" } } }), [
      "foobar:aws.certificate is missing, and tls.mode is passthrough",
    ]);
  });

  it("tells how to set the key of an imported certificate, without showing any", () => {
    const [finding] = findings("staging", { aws: { certificate: { certificate: "BEGIN CERTIFICATE" } } });
    assert.equal(finding?.path, "foobar:aws.certificate.key");
    assert.match(finding?.remedy ?? "", /pulumi config set --secret --path 'foobar:aws.certificate.key'/);
  });

  it("sends who names receivers of alerts to the alarms' own", () => {
    const alerts = {
      email: { server: "smtp.example.com:587", from: "monitor@example.com", to: ["night@example.com"] },
    };
    const [{ path, problem, remedy } = { path: "", problem: "", remedy: "" }, ...more] = findings("staging", {
      monitoring: { alerts },
    });
    assert.deepEqual(more, []);
    assert.equal(
      `${path} ${problem}`,
      "foobar:monitoring.alerts names receivers, which cloud aws does not use",
    );
    assert.match(remedy, /pulumi config set --path 'foobar:aws\.alarms\.emails\[0\]' night@example\.com;/);
    assert.match(remedy, /pulumi config rm --path 'foobar:monitoring\.alerts'/);
  });

  it("wants an installation token of Sumo Logic, and where servers have the collector from", () => {
    const [form, source] = findings("staging", {
      monitoring: { sumoLogic: "https://collectors.sumologic.com/receiver/v1/http/abc" },
    });
    assert.equal(form?.path, "foobar:monitoring.sumoLogic");
    assert.match(form?.problem ?? "", /is not an installation token/);
    assert.match(form?.remedy ?? "", /pulumi config set --secret --path 'foobar:monitoring.sumoLogic'/);
    assert.equal(source?.path, "foobar:aws.agents.sumoLogic");
    assert.match(source?.remedy ?? "", /'foobar:aws.agents.sumoLogic.url'/);
  });

  it("knows that the domain must lie in the zone", () => {
    assert.deepEqual(problems("staging", { aws: { hostedZone: "example.com" } }), [
      "foobar:aws.hostedZone is example.com, which does not hold staging.foobar.com",
    ]);
  });

  it("knows how long a function may run a schema", () => {
    assert.deepEqual(problems("staging", { database: { schemaSeconds: 841 } }), [
      "foobar:database.schemaSeconds is 841",
    ]);
    assert.deepEqual(problems("staging", { database: { schemaSeconds: 840 } }), []);
  });

  it("knows that nothing can look into what is not decrypted", () => {
    const found = problems("staging", {
      tls: { mode: "passthrough" },
      aws: { certificate: { certificate: "BEGIN CERTIFICATE", key: "k" } },
    });
    assert.deepEqual(found, ["foobar:aws.waf.mode is count, and tls.mode is passthrough"]);
  });

  it("keeps the oldest TLS version against a named policy", () => {
    const found = problems("staging", {
      tls: { minimumVersion: "1.3" },
      aws: { balancer: { tlsPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09" } },
    });
    assert.match(found.join(), /which takes older versions than tls.minimumVersion \(1.3\)/);
  });

  it("knows what servers without a way to the internet cannot do", () => {
    const found = problems("staging", {
      monitoring: { sumoLogic: "t" },
      aws: { nat: "none", agents: { sumoLogic: { url: "https://a.example/x.deb" } } },
    });
    assert.deepEqual(found, [
      "foobar:aws.image.prepared is false, and aws.nat is none",
      "foobar:monitoring.sumoLogic is given, and aws.nat is none",
    ]);
  });

  it("keeps backup and maintenance apart, over midnight too", () => {
    const at = (hourUtc: number, maintenanceWindow: string) =>
      problems("staging", { database: { backup: { hourUtc } }, aws: { database: { maintenanceWindow } } })
        .length;
    assert.equal(at(4, "sun:04:30-sun:05:30"), 0);
    assert.equal(at(4, "sun:04:29-sun:05:30"), 1);
    assert.equal(at(4, "sun:03:00-sun:04:00"), 0);
    assert.equal(at(4, "sun:03:00-sun:04:01"), 1);
    assert.equal(at(0, "sat:23:45-sun:00:45"), 1);
    assert.equal(at(2, "sat:23:45-sun:00:45"), 0);
    assert.equal(at(2, "sun:04:30-sun:04:40"), 1);
  });

  it("knows which versions an engine has", () => {
    assert.deepEqual(
      problems("staging", { aws: { database: { kind: "aurora", instanceClass: "db.r8g.large" } } }),
      ["foobar:aws.database.engineVersion is 8.4, which kind aurora does not have"],
    );
  });

  it("refuses unknown keys at any depth, with the one that was meant", () => {
    const [finding] = findings("staging", { aws: { waf: { mod: "block" } } });
    assert.match(`${finding?.path} ${finding?.remedy}`, /foobar:aws\.waf\.mod .*foobar:aws\.waf\.mode/);
  });

  it("refuses what AWS would refuse: ranges and forms", () => {
    const found = problems("staging", {
      aws: {
        accountId: "12",
        image: { id: "ami-1" },
        balancer: { slowStartSeconds: 10 },
        database: { maintenanceWindow: "sunday" },
      },
    });
    assert.equal(found.length, 4, found.join("\n"));
  });
});
