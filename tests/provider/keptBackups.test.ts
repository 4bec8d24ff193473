/** Backups stay when the server that made them goes. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { backupMark } from "../../hosts/mariadb/backup.ts";
import { backupsOnDisk, keepAllBackups, listBackups } from "../../provider/databaseBackups.ts";
import { hostFolder } from "../../provider/handles.ts";
import { backupFolder, outliveFolder } from "../../provider/keptBackups.ts";
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
    const listed = () => listBackups(cluster).map(({ node, name, kept }) => [node, name, kept]);
    assert.deepEqual(listed(), [
      ["web-1", "2026-01-31T03-00-00Z", true],
      ["web-2", "2026-01-29T03-20-00Z", false],
    ]);
    assert.equal(backupsOnDisk(stack().directory), 2);
    const target = keepAllBackups(stack().directory);
    assert.equal(target, outliveFolder(stack().directory));
    assert.equal(backupsOnDisk(stack().directory), 0);
    // They lie outside the stack, and are listed all the same; once, where the server has a copy.
    put(2, "2026-01-31T03-20-00Z", true);
    put(2, "2026-01-29T03-20-00Z", true);
    assert.deepEqual(listed(), [
      ["web-2", "2026-01-31T03-20-00Z", false],
      ["web-1", "2026-01-31T03-00-00Z", true],
      ["web-2", "2026-01-29T03-20-00Z", false],
    ]);
  });
});
