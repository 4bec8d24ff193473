/** Backups stay when the server that made them goes. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { backupMark } from "../../hosts/mariadb/backup.ts";
import { backupsOnDisk, keepAllBackups, listBackups } from "../../provider/databaseBackups.ts";
import { hostFolder } from "../../provider/handles.ts";
import { backupFolder } from "../../provider/keptBackups.ts";
import { inputs } from "../../provider/kinds/galeraCluster.ts";
import { host } from "../../provider/kinds/host.ts";
import { stackOfEach } from "./support/stack.ts";

describe("backups of a server that goes", () => {
  const stack = stackOfEach((made) => made.hosts(1, 2));

  it("are kept and listed, and what is not whole is not", async () => {
    const put = (number: number, name: string, mark: boolean) => {
      const folder = join(backupFolder(stack().at(number)), name);
      mkdirSync(folder, { recursive: true });
      if (mark) writeFileSync(join(folder, backupMark), "");
    };
    put(1, "2026-01-31T03-00-00Z", true);
    put(1, ".new-2026-02-01T03-00-00Z", true);
    put(1, "2026-01-30T03-00-00Z", false);
    put(2, "2026-01-29T03-20-00Z", true);
    await host.remove(stack().host(1));
    assert.ok(!existsSync(hostFolder(stack().at(1))));
    const cluster = inputs.parse({
      nodes: [stack().at(2)],
      service: "mariadb",
      dataDirectory: "data",
      bootstrapMarker: "marker",
      socket: "/socket",
      defaultsFile: "/file",
      accounts: "",
    });
    assert.deepEqual(
      listBackups(cluster).map(({ node, name, kept }) => [node, name, kept]),
      [
        ["web-1", "2026-01-31T03-00-00Z", true],
        ["web-2", "2026-01-29T03-20-00Z", false],
      ],
    );
    assert.equal(backupsOnDisk(stack().directory), 2);
    const target = join(stack().directory, "target");
    keepAllBackups(stack().directory, target);
    assert.equal(backupsOnDisk(stack().directory), 0);
    const [time = ""] = readdirSync(target);
    assert.deepEqual(readdirSync(join(target, time)).sort(), ["web-1", "web-2"]);
  });
});
