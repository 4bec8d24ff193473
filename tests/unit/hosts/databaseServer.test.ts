/** A real MariaDB with the stack's configuration, alone in its cluster. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { renderAgent } from "../../../hosts/agent/agent.ts";
import { renderDatabaseHealth } from "../../../hosts/haproxy/databaseHealth.ts";
import { checkUser } from "../../../hosts/haproxy/mysqlCheck.ts";
import { plainFile, programFile } from "../../../hosts/layout.ts";
import { renderAccounts } from "../../../hosts/mariadb/accounts.ts";
import { backupDirectory, backupMark, backupProgram, renderBackup } from "../../../hosts/mariadb/backup.ts";
import { databasePaths, renderDatabaseConfig } from "../../../hosts/mariadb/config.ts";
import { ports } from "../../../hosts/ports.ts";
import { oneboxSignals, usualInput } from "../../../hosts/signals.ts";
import { Workplace } from "./support/workplace.ts";

const node = { name: "db-1", address: "10.77.0.21" };

describe("a real database server", function () {
  this.timeout(60_000);
  const place = new Workplace();
  const { layout } = place;
  const paths = databasePaths(layout);
  const log = `${place.root}/log/server`;
  const client = `mariadb --no-defaults --socket=${paths.socket} --user=root --batch --skip-column-names`;

  const agent = renderAgent({
    ...{ layout, host: node.name, tier: "database", tls: place.tls("agent"), callers: ["monitor"] },
    ...{ watchers: [], alerts: false, certificates: {}, intervalSeconds: 5, scanDirectory: null },
    ...{ virtualAddress: null, logControl: null, chores: [], openPorts: [], names: {}, knownPorts: [] },
    ...{ plainFolders: [], ulogdPlugins: "/plugins" },
  });

  before(() => {
    place.folders("run/mariadb", "log/own/mariadb", "data/mariadb/data", "data/backups");
    const settings = {
      ...{
        layout,
        host: node.name,
        members: [node],
        cluster: "foobar",
        memoryMiB: 32,
        user: "root" as const,
      },
      ...{ tls: place.tls("mariadb"), galeraLibrary: "/usr/lib/galera/libgalera_smm.so" },
    };
    place.put({
      [paths.defaultsFile]: plainFile(renderDatabaseConfig(settings)),
      [backupProgram(layout)]: programFile(
        renderBackup({ layout, hourUtc: 3, place: 0, servers: 1, keep: 2 }),
      ),
    });
    place.put(agent.files);
    const made = place.run([
      ...["mariadb-install-db", "--no-defaults", `--datadir=${paths.dataDirectory}`, "--user=root"],
      ...["--auth-root-authentication-method=normal", "--skip-test-db"],
    ]);
    assert.equal(made.code, 0, made.text);
  });
  after(() => place.close());

  /** Runs commands beside the server, which ends with them. */
  const beside = (...commands: readonly string[]) => {
    const script = [
      `ip link set lo up; ip address add ${node.address}/32 dev lo`,
      `mariadbd --defaults-file=${paths.defaultsFile} --wsrep-cluster-address=gcomm:// >>${log} 2>&1 &`,
      "server=$!",
      "trap 'kill -KILL $server; exit 1' TERM",
      `until ${client} -e 'SELECT 1' >/dev/null 2>&1; do kill -0 $server || { tail ${log}; exit 1; }; sleep 0.1; done`,
      ...commands,
      "kill $server; wait $server",
    ];
    const { code, text } = place.run(["bash", "-c", script.join("\n")]);
    assert.equal(code, 0, text);
    return text;
  };

  it("takes its accounts, twice, and tells its exporter all that signals are computed from", () => {
    const exporter = agent.services.find(({ name }) => name === "mysql-exporter");
    const accounts = place.text(
      "accounts.sql",
      renderAccounts({ database: "site", user: "site", password: "a password", hosts: ["10.77.%"] }),
    );
    const said = beside(
      `${client} <${accounts}; ${client} <${accounts}`,
      `${exporter?.command.join(" ")} & exporter=$!`,
      `until curl --silent --fail http://127.0.0.1:${ports.mysqlExporter}/metrics >${place.root}/metrics; do kill -0 $exporter || exit 1; sleep 0.1; done`,
      `kill $exporter; cat ${place.root}/metrics`,
    );
    assert.match(said, /^mysql_up 1$/m);
    const wanted = new Set(
      oneboxSignals(usualInput).flatMap(({ onebox }) => JSON.stringify(onebox).match(/mysql_\w+/g) ?? []),
    );
    assert.ok(wanted.size > 5, [...wanted].join());
    for (const series of wanted) assert.match(said, new RegExp(`^${series} \\d`, "m"));
  });

  it("is usable to who asks its health, and is not when it is read-only", () => {
    const tls = place.tls("health");
    const configuration = place.text(
      "health.cfg",
      renderDatabaseHealth({ layout, mysqlSocket: paths.socket, callers: ["test"], tls }),
    );
    const ask = [
      ...["curl", "--silent", "--insecure", "--write-out", "'=%{http_code}\\n'"],
      ...["--cert", tls.combined, `https://127.0.0.1:${ports.databaseHealth}/`],
    ].join(" ");
    const said = beside(
      `${client} -e "CREATE OR REPLACE USER '${checkUser}'@'localhost' IDENTIFIED VIA mysql_native_password USING ''"`,
      `haproxy -W -db -f ${configuration} >${place.root}/health.log 2>&1 & health=$!`,
      `until ${ask} | grep ^usable; do kill -0 $health || exit 1; sleep 0.1; done`,
      `${client} -e 'SET GLOBAL read_only = 1'`,
      `until ${ask} | grep 503; do kill -0 $health || exit 1; sleep 0.1; done`,
      "kill $health; wait $health",
    );
    assert.match(said, /^usable=200\nnot synced, .* read-only=503\n$/);
  });

  it("finds nothing obsolete in its configuration, loses no update unseen, and has whole backups that count", () => {
    const said = beside(
      `${client} -e 'CREATE DATABASE a; CREATE TABLE a.t (n INT) ENGINE=InnoDB; INSERT INTO a.t VALUES (1)'`,
      `${client} --force 2>&1 <<'END'`,
      "BEGIN; SELECT n FROM a.t;",
      `\\! ${client} -e 'UPDATE a.t SET n = 2'`,
      "UPDATE a.t SET n = 1 + 1;",
      "ROLLBACK; SELECT 'then', n FROM a.t;",
      "END",
      backupProgram(layout),
    );
    assert.match(said, /ERROR 1020 .*Record has changed since last read/);
    assert.match(said, /^then\t2$/m);
    assert.doesNotMatch(readFileSync(log, "utf8"), /deprecated|obsolete|unknown (variable|option)/i);
    const backup = said.trim().split("\n").at(-1) ?? "";
    assert.ok(backup.startsWith(`${backupDirectory(layout)}/`), said);
    assert.ok(existsSync(`${backup}/${backupMark}`), "a mark by which the provider knows it");
  });
});
