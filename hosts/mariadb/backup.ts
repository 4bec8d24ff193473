/** Backups of a database node, and how one is put back. */
import type { Layout } from "../layout.ts";
import { type ServiceSpec, serviceSpec } from "../service.ts";
import { backupMetric } from "../signals/regular.ts";
import { databasePaths } from "./config.ts";

/** When and how many. */
export interface BackupInput {
  readonly layout: Layout;
  /** When the nightly backup starts, hour in UTC. */
  readonly hourUtc: number;
  /** Which of the database servers this is, from 0, and of how many: their backups are spread over the hour. */
  readonly place: number;
  readonly servers: number;
  /** How many are kept. */
  readonly keep: number;
}

/** Folder with one folder a backup, named by its time: `2026-01-31T03-00-00Z`. */
export function backupDirectory(layout: Layout): string {
  return `${layout.data}/backups`;
}

/** Held while a backup is made or put back. */
const backupLock = (layout: Layout): string => `${backupDirectory(layout)}/.lock`;

/** A file that every backup has, of MariaDB 10.11 as of 11.8: a folder without it is none. */
export const backupMark = "backup-my.cnf";

/** Where the program that makes a backup lies. */
export const backupProgram = (layout: Layout): string => `${layout.etc}/mariadb/backup`;

/** Where the program that makes one every night lies. */
export const nightlyBackupProgram = (layout: Layout): string => `${layout.etc}/mariadb/nightly-backup`;

/**
 * Program that makes a backup, prepares it (which replays its log, so it is known to be whole), drops the oldest and
 * prints the new one's path. A backup that is not whole never has a name that counts. Run as the database's user.
 */
export function renderBackup({ layout, keep }: BackupInput): string {
  const folder = backupDirectory(layout);
  return `#!/bin/sh
# Makes a backup of the database and prints its path.
set -eu
umask 0077
folder=${folder}
exec 9>${backupLock(layout)}
flock -n 9 || { echo "another backup is under way" >&2; exit 1; }
rm -rf "$folder"/.new-*
stamp() { name=$(date -u +%Y-%m-%dT%H-%M-%SZ); }
stamp
while [ -e "$folder/$name" ]; do sleep 0.2; stamp; done
new=$folder/.new-$name
say=$folder/.last-log
mariadb-backup --defaults-file=${databasePaths(layout).defaultsFile} --backup --galera-info --target-dir="$new" >"$say" 2>&1 &&
  mariadb-backup --prepare --target-dir="$new" >>"$say" 2>&1 ||
  { tail -n 5 "$say" >&2; rm -rf "$new"; exit 1; }
mv -T "$new" "$folder/$name"
ls -1d "$folder"/[0-9]* | sort -r | tail -n +${keep + 1} | while read -r old; do rm -rf "$old"; done
echo "$folder/$name"
`;
}

/** Program that waits for the hour, makes a backup, and so on. */
export function renderNightlyBackup({ layout, hourUtc, place, servers }: BackupInput): string {
  const minute = Math.floor((60 * place) / servers);
  const start = hourUtc * 3600 + minute * 60;
  return `#!/bin/sh
# Makes a backup every day at ${hourUtc}:${String(minute).padStart(2, "0")} UTC.
set -u
while :; do
  now=$(date -u +%s)
  sleep $(( (${start} - now % 86400 + 86400 - 1) % 86400 + 1 )) &
  trap "kill $! 2>/dev/null; exit 0" TERM INT
  wait $!
  ${backupProgram(layout)} || echo "the nightly backup failed" >&2
done
`;
}

/** Shell function that tells, as a metric, from when the newest backup is that was proved by preparing it. */
export const backupMetricFunction = (layout: Layout | null): string =>
  layout === null
    ? "backups() { :; }"
    : `backups() {
  newest=$(ls -1 ${backupDirectory(layout)} 2>/dev/null | grep '^[0-9]' | sort | tail -n 1)
  [ -z "$newest" ] || echo "${backupMetric} $(date -u -d "$(echo "$newest" | sed 's/T\\(..\\)-\\(..\\)-/T\\1:\\2:/')" +%s)"
}`;

/** Runs the nightly backups as the database's user. `data/backups` must exist, writable by mysql. */
export function nightlyBackupService(layout: Layout): ServiceSpec {
  return serviceSpec({ name: "nightly-backup", command: [nightlyBackupProgram(layout)], user: "mysql" });
}

/**
 * Command, as the database's user, that copies a backup into an empty folder as a data directory. It needs no stopped
 * server. While it runs no other backup is made, since that might drop this one.
 * @param backup absolute path of the backup
 * @param target absolute path of the folder; must exist, empty
 */
export function copyBackCommand(layout: Layout, backup: string, target: string): readonly string[] {
  return [
    ...["flock", "--nonblock", backupLock(layout)],
    ...["mariadb-backup", "--no-defaults", "--copy-back", `--target-dir=${backup}`, `--datadir=${target}`],
  ];
}
