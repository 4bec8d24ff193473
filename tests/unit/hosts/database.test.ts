import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { plainFile, programFile } from "../../../hosts/layout.ts";
import { passwordHash, renderAccounts } from "../../../hosts/mariadb/accounts.ts";
import {
  backupMetricFunction,
  copyBackCommand,
  renderBackup,
  renderNightlyBackup,
} from "../../../hosts/mariadb/backup.ts";
import {
  type DatabaseNodeInput,
  databasePaths,
  renderDatabaseConfig,
  renderDatabaseMembers,
  renderDatabaseStart,
} from "../../../hosts/mariadb/config.ts";
import { databases } from "./support/stack.ts";
import { Workplace } from "./support/workplace.ts";

const place = new Workplace();
after(() => place.close());

const config = (more: Partial<DatabaseNodeInput> = {}): string =>
  renderDatabaseConfig({
    layout: place.layout,
    host: "db-2",
    members: databases,
    cluster: "foobar",
    memoryMiB: 192,
    tls: place.tls("mariadb"),
    galeraLibrary: "/usr/lib/galera/libgalera_smm.so",
    user: "mysql",
    ...more,
  });

/** What the server makes of the option file: name → value. */
function understood(): ReadonlyMap<string, string> {
  place.folders("data/mariadb/data");
  const path = place.text("my.cnf", config());
  const { text, code } = place.run([
    "mariadbd",
    `--defaults-file=${path}`,
    `--wsrep-cluster-address=${renderDatabaseMembers(databases).trim()}`,
    "--help",
    "--verbose",
  ]);
  assert.equal(code, 0, text.slice(-500));
  assert.doesNotMatch(text, /unknown (variable|option)/);
  return new Map(
    [...text.matchAll(/^([a-z][a-z-]+) {2,}(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
}

describe("a database node", () => {
  it("is understood by MariaDB as it is meant", () => {
    const values = understood();
    const wanted = {
      "require-secure-transport": "TRUE",
      "tls-version": "TLSv1.2,TLSv1.3",
      "innodb-flush-log-at-trx-commit": "1",
      "innodb-buffer-pool-size": String(192 * 1024 * 1024),
      "wsrep-on": "TRUE",
      "wsrep-node-name": "db-2",
      "wsrep-sst-method": "mariabackup",
      "bind-address": "10.77.2.12",
      "local-infile": "FALSE",
    };
    for (const [name, value] of Object.entries(wanted)) assert.equal(values.get(name), value, name);
    assert.equal(
      renderDatabaseMembers(databases),
      "gcomm://10.77.2.11:4567,10.77.2.12:4567,10.77.2.13:4567\n",
    );
    // What comes and goes beside a node is none of its own options: it would restart for it.
    assert.doesNotMatch(config(), /gcomm:/);
    const provider = values.get("wsrep-provider-options") ?? "";
    for (const option of [
      "evs.suspect_timeout=PT1S",
      "evs.inactive_timeout=PT3S",
      "evs.join_retrans_period=PT0.2S",
      "pc.recovery=true",
      "gmcast.listen_addr=ssl://10.77.2.12:4567",
      "ist.recv_addr=ssl://10.77.2.12:4568",
      `socket.ssl_key=${place.tls("mariadb").key}`,
    ])
      assert.ok(provider.includes(option), option);
  });

  it("encrypts state transfers, and the giver waits for the joiner", () => {
    assert.match(config(), /\[sst\]\nencrypt = 3\nsockopt = ",retry=300,interval=0\.1"/);
  });

  it("must be one of the cluster's nodes", () => {
    assert.throws(() => config({ host: "web-1" }), /web-1 is not one of the nodes db-1, db-2, db-3/);
  });
});

describe("the start of a node", () => {
  const paths = databasePaths(place.layout);

  /** Runs the program with a stand-in for the server that prints its arguments. */
  function started(grastate: string | null, marker: boolean): string {
    place.folders("data/mariadb/data/mysql", "run/mariadb", "etc/mariadb", "bin");
    if (grastate !== null) place.text("data/mariadb/data/grastate.dat", grastate);
    if (marker) place.text("data/mariadb/bootstrap", "");
    const server = `#!/bin/sh
case "$*" in *--wsrep-recover*) echo "WSREP: Recovered position: u-u:42" >&2 ;; *) echo "started $*" ;; esac
`;
    place.put({
      [`${place.root}/bin/mariadbd`]: { content: server, mode: "0755", user: "root", secret: false },
    });
    place.put({ [paths.members]: plainFile(renderDatabaseMembers(databases)) });
    const program = place.text("start", renderDatabaseStart(place.layout));
    const { text, code } = place.run(["env", `PATH=${place.root}/bin:/usr/bin:/bin`, "sh", program]);
    assert.equal(code, 0, text);
    return text.trim();
  }
  const joining = `started --defaults-file=${paths.defaultsFile} --wsrep-cluster-address=${renderDatabaseMembers(databases).trim()}`;
  const state = (seqno: number) => `uuid: u\nseqno:   ${seqno}\nsafe_to_bootstrap: 0\n`;

  it("joins after a clean end", () => {
    assert.equal(started(state(7), false), joining);
  });

  it("asks how far the data goes after a crash", () => {
    assert.equal(started(state(-1), false), `${joining} --wsrep-start-position=u-u:42`);
  });

  it("begins a new cluster once, when it was told to", () => {
    assert.match(started(state(7), true), /--wsrep-new-cluster$/);
    assert.ok(!existsSync(paths.bootstrapMarker));
    assert.match(readFileSync(`${paths.dataDirectory}/grastate.dat`, "utf8"), /safe_to_bootstrap: 1/);
    assert.doesNotMatch(started(state(7), false), /new-cluster/);
  });
});

describe("accounts", () => {
  const sql = (more: object = {}) =>
    renderAccounts({
      database: "foo`bar",
      user: "site",
      password: "it's \\ secret",
      hosts: ["10.77.%"],
      ...more,
    });

  it("give the application its own database only, over TLS only", () => {
    assert.match(sql(), /GRANT SELECT, INSERT, UPDATE, DELETE ON `foo``bar`\.\* TO 'site'@'10\.77\.%';/);
    assert.match(sql(), /IDENTIFIED VIA mysql_native_password USING '\*[0-9A-F]{40}' REQUIRE SSL;/);
    assert.equal(sql().match(/GRANT (?!OPTION)/g)?.length, 2);
  });

  it("keep the former password beside a new one, and touch nothing when it is the same", () => {
    const change = sql()
      .split("\n")
      .filter((line) => /EXECUTE IMMEDIATE/.test(line));
    assert.equal(change.length, 1);
    assert.match(
      change[0] ?? "",
      /IF\(@present = @wanted, 'DO 0', .*QUOTE\(@wanted\).* OR .*QUOTE\(@present\)/,
    );
    assert.doesNotMatch(sql(), /^ALTER USER 'site'/m);
  });

  it("leave the check and the exporter without privileges, at the socket", () => {
    for (const name of ["haproxy", "exporter"]) {
      assert.match(sql(), new RegExp(`CREATE OR REPLACE USER '${name}'@'localhost'`));
      assert.doesNotMatch(sql(), new RegExp(`GRANT.*'${name}'`));
    }
  });

  it("hold no password in clear, but what MariaDB's PASSWORD() makes of it", () => {
    assert.doesNotMatch(sql(), /secret|IDENTIFIED BY|PASSWORD\(/);
    assert.equal(passwordHash("password"), "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19");
  });

  it("refuse an application that may come from nowhere", () => {
    assert.throws(() => sql({ hosts: [] }), /no place to come from/);
  });
});

describe("backups", () => {
  const input = { layout: place.layout, hourUtc: 3, keep: 2, place: 1, servers: 3 };

  it("are programs that sh accepts", () => {
    for (const text of [renderBackup(input), renderNightlyBackup(input)])
      assert.deepEqual(place.run(["sh", "-n", place.text("program", text)]), { code: 0, text: "" });
  });

  it("are made at another minute by each server", () => {
    const starts = [0, 1, 2].map((server) => renderNightlyBackup({ ...input, place: server }));
    assert.deepEqual(
      starts.map((text) => /at (\S+) UTC/.exec(text)?.[1]),
      ["3:00", "3:20", "3:40"],
    );
    assert.match(starts[1] ?? "", /\(12000 - now/);
  });

  it("tell by a metric from when the newest is that is whole", () => {
    place.folders(
      "data/backups/2026-01-30T03-00-00Z",
      "data/backups/2026-01-31T03-20-05Z",
      "data/backups/.new-2026-02-01T03-00-00Z",
    );
    const program = place.text("metric", `${backupMetricFunction(place.layout)}\nbackups\n`);
    assert.deepEqual(place.run(["sh", program]), {
      code: 0,
      text: `foobar_backup_last_verified_timestamp_seconds ${Date.UTC(2026, 0, 31, 3, 20, 5) / 1000}\n`,
    });
    place.run(["rm", "-rf", `${place.root}/data/backups`]);
    assert.deepEqual(place.run(["sh", program]), { code: 0, text: "" });
  });

  /** Runs the program with a stand-in for mariadb-backup. */
  function backup(standIn: string) {
    place.folders("data/backups", "bin");
    place.put({
      [`${place.root}/bin/mariadb-backup`]: { content: standIn, mode: "0755", user: "root", secret: false },
    });
    const program = place.text("backup", renderBackup(input));
    return place.run(["env", `PATH=${place.root}/bin:/usr/bin:/bin`, "sh", program]);
  }
  const works = `#!/bin/sh
for word in "$@"; do case "$word" in --target-dir=*) mkdir -p "\${word#*=}" ;; esac; done
`;
  const kept = () =>
    place
      .run(["sh", "-c", `ls ${place.root}/data/backups`])
      .text.trim()
      .split("\n");

  it("keep as many as they should, the newest", () => {
    const made = [1, 2, 3].map(() => backup(works).text.trim().split("/").at(-1));
    assert.equal(new Set(made).size, 3);
    assert.deepEqual(kept(), made.slice(1));
  });

  it("leave nothing behind when they fail, and say why", () => {
    const before = kept();
    const { code, text } = backup(`${works}echo "no space" ; exit 1\n`);
    assert.deepEqual([code, text], [1, "no space\n"]);
    assert.deepEqual(kept(), before);
    assert.equal(place.run(["sh", "-c", `ls -d ${place.root}/data/backups/.new-* 2>/dev/null`]).text, "");
  });

  it("are copied into a folder, but not while another one is made", () => {
    place.folders("data/backups", "bin");
    const command = copyBackCommand(place.layout, "/b/2026-01-31T03-00-00Z", "/d");
    place.put({ [`${place.root}/bin/mariadb-backup`]: programFile('#!/bin/sh\necho "$@"\n') });
    const path = `PATH=${place.root}/bin:/usr/bin:/bin`;
    assert.deepEqual(place.run(["env", path, ...command]), {
      code: 0,
      text: "--no-defaults --copy-back --target-dir=/b/2026-01-31T03-00-00Z --datadir=/d\n",
    });
    const lock = `${place.root}/data/backups/.lock`;
    assert.equal(place.run(["env", path, "flock", lock, ...command]).code, 1);
  });
});
