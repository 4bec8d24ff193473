/** The tables in which a database server keeps its own things: of another version's making, they are brought up to it. */

import { runInHost } from "./enter.ts";
import type { HostHandle } from "./handles.ts";
import { CommandLate, messageOf } from "./system.ts";

/** File of a data directory that tells the version which its system tables are of; MariaDB's own. */
const versionFile = "mariadb_upgrade_info";

/** Lines of a shell script that write the version of a data directory that this version has just made. */
export const noteVersion = (dataDirectory: string): string =>
  `mariadbd --version | sed -E 's/.* Ver ([0-9.]+-MariaDB).*/\\1/' >${dataDirectory}/${versionFile}`;

/** Milliseconds that the system tables may take: they are small whatever the data. */
const patience = 120_000;

/**
 * Brings the system tables of a running server up to its version; does nothing where they are. Others of the cluster are
 * left alone, each has its own.
 */
export async function upgradeSystemTables(node: HostHandle, socket: string): Promise<void> {
  const argv = ["mariadb-upgrade", "--no-defaults", `--socket=${socket}`, "--user=root", "--silent"];
  const { code } = await runInHost(node, [...argv, "--check-if-upgrade-is-needed"], { accept: "any" });
  if (code !== 0) return;
  try {
    await runInHost(node, [...argv, "--upgrade-system-tables"], { timeout: patience });
  } catch (error) {
    const late = error instanceof CommandLate ? "; it may go on" : "";
    throw new Error(`${node.name}: the system tables are not of this version: ${messageOf(error)}${late}`);
  }
}
