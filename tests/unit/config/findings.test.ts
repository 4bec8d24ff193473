import assert from "node:assert/strict";
import { findingsMessage } from "../../../config/findings.ts";
import { parseSettings } from "../../../config/parse.ts";
import { schema } from "../../../config/schema.ts";
import { findingsAbout, validServers } from "./support.ts";

/** A faulty key, and its whole line in the message. */
const lines: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
  [
    "a value that is not among the choices",
    { tls: { mode: "both" } },
    `foobar:tls.mode: is "both", but must be reencrypt or passthrough. Mend it with, for example: pulumi config set --path 'foobar:tls.mode' reencrypt`,
  ],
  [
    "a number above its range, with the unit",
    { tls: { validDays: 400 } },
    "foobar:tls.validDays: is 400, but must be a whole number from 2 to 397 (days). Mend it with, for example: pulumi config set --path 'foobar:tls.validDays' 90",
  ],
  [
    "a number below its range",
    { limits: { bodyKiB: 0 } },
    "foobar:limits.bodyKiB: is 0, but must be a whole number from 1 to 1048576 (KiB). Mend it with, for example: pulumi config set --path 'foobar:limits.bodyKiB' 1024",
  ],
  [
    "a receiver without a port",
    { monitoring: { alerts: { webhooks: [{ server: "alerts.example.com", path: "/secret" }] } } },
    `foobar:monitoring.alerts.webhooks[0].server: is "alerts.example.com", but must be a server and its port, such as alerts.example.com:443. Mend it with, for example: pulumi config set --path 'foobar:monitoring.alerts.webhooks[0].server' alerts.example.com:443`,
  ],
  [
    "a login of the dashboards that is no hash",
    { monitoring: { dashboardLogins: "operator:sesame" } },
    `foobar:monitoring.dashboardLogins: is not lines of NAME:HASH with hashes as \`openssl passwd -6\` prints them. Give it with: printf 'operator:%s' "$(openssl passwd -6)" | pulumi config set --secret --path 'foobar:monitoring.dashboardLogins'`,
  ],
  [
    "a login at a mail server that is spoken to in the plain",
    {
      monitoring: {
        alerts: {
          email: { server: "localhost:2525", from: "a@example.com", to: ["b@example.com"], user: "monitor" },
        },
      },
    },
    `foobar:monitoring.alerts.email.user: is a login at this machine's loopback, where nothing is encrypted. Let that server take messages without one: pulumi config rm --path 'foobar:monitoring.alerts.email.user'`,
  ],
  [
    "a fraction where a whole number is wanted",
    { monitoring: { retentionDays: 1.5 } },
    "foobar:monitoring.retentionDays: is the number 1.5, but must be a whole number from 1 to 3653 (days). Mend it with, for example: pulumi config set --path 'foobar:monitoring.retentionDays' 15",
  ],
  [
    "a number in quotes",
    { tls: { validDays: "90" } },
    `foobar:tls.validDays: is the text "90", but must be a whole number from 2 to 397 (days). Mend it with, for example: pulumi config set --path 'foobar:tls.validDays' 90`,
  ],
  [
    "a text that lost its quotes",
    { tls: { minimumVersion: 1.2 } },
    `foobar:tls.minimumVersion: is the number 1.2, but must be "1.2" or "1.3". Mend it with, for example: pulumi config set --path 'foobar:tls.minimumVersion' 1.2`,
  ],
  [
    "a boolean where a number is wanted",
    { database: { memoryMiB: true } },
    "foobar:database.memoryMiB: is the boolean true, but must be a whole number from 64 to 1048576 (MiB). Mend it with, for example: pulumi config set --path 'foobar:database.memoryMiB' 128",
  ],
  [
    "a malformed text",
    { domain: "Foobar" },
    `foobar:domain: is "Foobar", but must be a lower-case host name, such as www.foobar.com. Mend it with, for example: pulumi config set foobar:domain www.foobar.com`,
  ],
  [
    "a domain in another alphabet",
    { domain: "münchen.de" },
    `foobar:domain: is "münchen.de", but must be written as xn--mnchen-3ya.de. Mend it with, for example: pulumi config set foobar:domain www.foobar.com`,
  ],
  [
    "an empty value",
    { domain: "" },
    "foobar:domain: is empty, but must be a lower-case host name, such as www.foobar.com. Mend it with, for example: pulumi config set foobar:domain www.foobar.com",
  ],
  [
    "a null within a structure",
    { database: { backup: null } },
    "foobar:database.backup: is empty, but must be a structure with the keys hourUtc and keep. Write it in the stack's file as in docs/configuration.md, or begin it with: pulumi config set --path 'foobar:database.backup.hourUtc' 3",
  ],
  [
    "a scalar where a structure is wanted",
    { site: "site" },
    `foobar:site: is the text "site", but must be a structure with the key directory. Write it in the stack's file as in docs/configuration.md, or begin it with: pulumi config set --path 'foobar:site.directory' site`,
  ],
  [
    "a scalar where a list is wanted",
    { servers: "web" },
    `foobar:servers: is the text "web", but must be a list of 1 to 300 entries, each a structure with the keys name, role, zone and size. Write it in the stack's file as in docs/configuration.md, or begin it with: pulumi config set --path 'foobar:servers[0].name' web-1`,
  ],
  [
    "a structure where a list is wanted",
    { servers: { name: "web-1" } },
    "foobar:servers: is a structure, but must be a list of 1 to 300 entries, each a structure with the keys name, role, zone and size. Write it in the stack's file as in docs/configuration.md, or begin it with: pulumi config set --path 'foobar:servers[0].name' web-1",
  ],
  [
    "a list where a structure is wanted",
    { limits: [] },
    "foobar:limits: is a list, but must be a structure with the keys requestsPer10s, connections, bodyKiB, drainSeconds and finishSeconds. Write it in the stack's file as in docs/configuration.md, or begin it with: pulumi config set --path 'foobar:limits.requestsPer10s' 2000",
  ],
  [
    "a structure where a text is wanted",
    { domain: { name: "www.foobar.com" } },
    "foobar:domain: is a structure, but must be a lower-case host name, such as www.foobar.com. Mend it with, for example: pulumi config set foobar:domain www.foobar.com",
  ],
  [
    "a malformed structure",
    { limits: "{bodyKiB: 1" },
    "foobar:limits: is a malformed structure (not JSON), but must be a structure with the keys requestsPer10s, connections, bodyKiB, drainSeconds and finishSeconds. Write it in the stack's file as in docs/configuration.md, or begin it with: pulumi config set --path 'foobar:limits.requestsPer10s' 2000",
  ],
  [
    "an empty list",
    { firewall: { publicRanges: [] } },
    "foobar:firewall.publicRanges: has 0 entries, but must be a list of at least 1 entry, each an IPv4 range in CIDR notation with no bit set behind the prefix, such as 203.0.113.0/24. Write it in the stack's file as in docs/configuration.md, or begin it with: pulumi config set --path 'foobar:firewall.publicRanges[0]' 203.0.113.0/24",
  ],
  [
    "an entry of a list",
    { firewall: { publicRanges: ["0.0.0.0/0", "10.0.0.1/8"] } },
    `foobar:firewall.publicRanges[1]: is "10.0.0.1/8", but must be an IPv4 range in CIDR notation with no bit set behind the prefix, such as 203.0.113.0/24. Mend it with, for example: pulumi config set --path 'foobar:firewall.publicRanges[1]' 203.0.113.0/24`,
  ],
  [
    "a public range where a private one is wanted",
    { network: { range: "8.8.0.0/16" } },
    `foobar:network.range: is "8.8.0.0/16", but must be a private IPv4 range (RFC 1918) of /16 to /22, such as 10.77.0.0/16. Mend it with, for example: pulumi config set --path 'foobar:network.range' 10.77.0.0/16`,
  ],
  [
    "a range of the wrong size",
    { network: { range: "10.0.0.0/8" } },
    `foobar:network.range: is "10.0.0.0/8", but must be a private IPv4 range (RFC 1918) of /16 to /22, such as 10.77.0.0/16. Mend it with, for example: pulumi config set --path 'foobar:network.range' 10.77.0.0/16`,
  ],
  [
    "a mistyped key",
    { tls: { minimunVersion: "1.3" } },
    "foobar:tls.minimunVersion: is not a key of this program. Did you mean foobar:tls.minimumVersion? Move it with: pulumi config rm --path 'foobar:tls.minimunVersion'; then: pulumi config set --path 'foobar:tls.minimumVersion' 1.2",
  ],
  [
    "a key in another letter case",
    { limits: { body_kib: 5 } },
    "foobar:limits.body_kib: is not a key of this program. Did you mean foobar:limits.bodyKiB? Move it with: pulumi config rm --path 'foobar:limits.body_kib'; then: pulumi config set --path 'foobar:limits.bodyKiB' 1024",
  ],
  [
    "a key at the wrong place",
    { minimumVersion: "1.3" },
    "foobar:minimumVersion: is not a key of this program. Did you mean foobar:tls.minimumVersion? Move it with: pulumi config rm foobar:minimumVersion; then: pulumi config set --path 'foobar:tls.minimumVersion' 1.2",
  ],
  [
    "an unknown key within a structure",
    { database: { backup: { flavour: "sweet" } } },
    "foobar:database.backup.flavour: is not a key of this program. Remove it with: pulumi config rm --path 'foobar:database.backup.flavour' (the keys here: hourUtc, keep)",
  ],
  [
    "an unknown key with an unusual name",
    { database: { "it's a.b": 1 } },
    `foobar:database["it's a.b"]: is not a key of this program. Remove it with: pulumi config rm --path 'foobar:database["it'\\''s a.b"]' (the keys here: name, memoryMiB, schemaSeconds, backup, discard)`,
  ],
  [
    "two ports alike",
    { onebox: { httpPort: 8443 } },
    "foobar:onebox.httpPort: is 8443, the port that foobar:onebox.httpsPort has. Give it a port of its own, or its default with: pulumi config rm --path 'foobar:onebox.httpPort'",
  ],
  [
    "renewal that never ends",
    { tls: { validDays: 30 } },
    "foobar:tls.renewBeforeDays: is 30, which is not less than tls.validDays (30). Give fewer days than the validity, or every `pulumi up` renews every certificate: pulumi config set --path 'foobar:tls.renewBeforeDays' 10",
  ],
  [
    "a monitoring backend of another cloud",
    { monitoring: { backends: ["cloudwatch"] } },
    "foobar:monitoring.backends[0]: is cloudwatch, which cloud onebox does not have. On onebox give prometheus: pulumi config set --path 'foobar:monitoring.backends[0]' prometheus",
  ],
];

describe("configuration findings", () => {
  for (const [what, change, expected] of lines) {
    it(`tells ${what}`, () => {
      assert.equal(findingsMessage("", findingsAbout(change)), `\n  - ${expected}`);
    });
  }

  it("tells what is missing from an empty configuration", () => {
    assert.deepEqual(findingsAbout({ cloud: undefined, servers: undefined }), [
      {
        path: "foobar:cloud",
        problem: "is missing; it must be onebox or aws",
        remedy: "Mend it with, for example: pulumi config set foobar:cloud onebox",
      },
      {
        path: "foobar:servers",
        problem:
          "is missing; it must be a list of 1 to 300 entries, each a structure with the keys name, role, zone and size",
        remedy:
          "Write it in the stack's file as in docs/configuration.md, or begin it with: pulumi config set --path 'foobar:servers[0].name' web-1",
      },
    ]);
  });

  it("lists the keys of the first level for one that resembles none", () => {
    assert.deepEqual(findingsAbout({ zzzzzzzz: "1" }), [
      {
        path: "foobar:zzzzzzzz",
        problem: "is not a key of this program",
        remedy: `Remove it with: pulumi config rm foobar:zzzzzzzz (the keys here: ${Object.keys(schema.shape).join(", ")})`,
      },
    ]);
  });

  it("tells every fault of a server by its place in the list", () => {
    const found = findingsAbout({
      servers: [...validServers, { name: "Web_4", role: "wbe", zone: 1, sise: "big" }],
    });
    assert.deepEqual(
      found.map(({ path, problem }) => `${path}: ${problem}`),
      [
        `foobar:servers[4].name: is "Web_4", but must be 1 to 15 lower-case letters, digits and inner hyphens, beginning with a letter`,
        `foobar:servers[4].role: is "wbe", but must be balancer, web, database or monitor`,
        "foobar:servers[4].zone: is the number 1, but must be a, b or c",
        "foobar:servers[4].sise: is not a key of this program",
      ],
    );
  });

  it("shortens a long value", () => {
    const [finding] = findingsAbout({ domain: "x".repeat(5000) });
    assert.equal(
      finding?.problem,
      `is "${"x".repeat(60)}…", but must be a lower-case host name, such as www.foobar.com`,
    );
  });

  describe("all at once", () => {
    const paths = (change: Readonly<Record<string, unknown>>) =>
      findingsAbout(change).map(({ path }) => path);

    it("a fault of one key hides no rule about others", () => {
      const [first, ...others] = validServers;
      assert.deepEqual(
        paths({
          tls: { mode: "both" },
          onebox: { httpPort: 8443 },
          servers: [first, ...others, { name: "web-1", role: "web", zone: "c" }],
        }),
        ["foobar:tls.mode", "foobar:servers[4].name", "foobar:onebox.httpPort"],
      );
    });

    it("an unknown key hides no rule about its neighbours", () => {
      assert.deepEqual(paths({ tls: { renewBeforeDays: 100, flavour: 1 } }), [
        "foobar:tls.flavour",
        "foobar:tls.renewBeforeDays",
      ]);
    });

    it("a fault of one server hides no repeated name among the others", () => {
      assert.deepEqual(
        paths({
          servers: [
            { name: "web-1", role: "wbe", zone: "a" },
            { name: "web-1", role: "web" },
          ],
        }),
        ["foobar:servers[0].role", "foobar:servers[1].zone", "foobar:servers[1].name"],
      );
    });

    it("a repeated name is mended with one that is free", () => {
      const [finding] = findingsAbout({
        servers: [...validServers, { name: "web-1", role: "web", zone: "c" }],
      });
      assert.deepEqual(finding, {
        path: "foobar:servers[4].name",
        problem: `is "web-1", the name that foobar:servers[1] has`,
        remedy:
          "Give every server a name of its own: pulumi config set --path 'foobar:servers[4].name' web-2",
      });
    });
  });

  describe("the number of servers by role", () => {
    const server = (role: string, index: number) => ({
      name: `${role.slice(0, 3)}-${index}`,
      role,
      zone: "a",
    });
    const many = (counts: Readonly<Record<string, number>>) =>
      Object.entries(counts).flatMap(([role, count]) =>
        Array.from({ length: count }, (_, index) => server(role, index)),
      );
    const full = { balancer: 2, web: 3, database: 3, monitor: 1 };
    const cases: readonly (readonly [string, Readonly<Record<string, number>>, readonly string[]])[] = [
      ["onebox", full, []],
      ["onebox", { ...full, balancer: 1, web: 1, database: 1 }, []],
      [
        "onebox",
        { ...full, balancer: 0 },
        ["has 0 of role balancer. On onebox give 1 or 2 balancers (2 for a standby)"],
      ],
      [
        "onebox",
        { ...full, balancer: 3 },
        ["has 3 of role balancer. On onebox give 1 or 2 balancers (2 for a standby)"],
      ],
      ["onebox", { ...full, web: 0 }, ["has 0 of role web. On onebox give at least 1 web server"]],
      [
        "onebox",
        { ...full, database: 2 },
        ["has 2 of role database. On onebox give 1, 3 or 5 database servers (an odd number keeps a quorum)"],
      ],
      ["onebox", { ...full, monitor: 2 }, ["has 2 of role monitor. On onebox give 1 monitor"]],
      [
        "aws",
        full,
        [
          "has 2 of role balancer. On aws give no balancer (the load balancer is a managed service)",
          "has 3 of role database. On aws give no database server (the database is a managed service)",
          "has 1 of role monitor. On aws give no monitor (CloudWatch is a managed service)",
        ],
      ],
    ];
    for (const [cloud, counts, expected] of cases) {
      it(`${cloud} with ${JSON.stringify(counts)}`, () => {
        const found = findingsAbout({ cloud, servers: many(counts) }).filter(
          ({ path }) => path === "foobar:servers",
        );
        assert.deepEqual(
          found.map(({ problem, remedy }) => `${problem}. ${remedy}`),
          expected,
        );
      });
    }
  });

  it("a message has a heading and a line for each finding", () => {
    const parsed = parseSettings({});
    assert.ok(!parsed.ok);
    assert.equal(findingsMessage("Wrong:", parsed.findings).split("\n").length, 3);
  });
});
