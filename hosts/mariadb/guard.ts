/**
 * Takes a database node out of service before its disk is full, and brings back one that left the cluster. Measured
 * without it: a writer whose disk is full stays synced and answers every write with "table is full", so that the site
 * takes no writes at all; another node that cannot apply a write leaves the cluster and never comes back by itself.
 */
import type { Layout } from "../layout.ts";
import { type ServiceSpec, serviceSpec } from "../service.ts";
import { databasePaths, databaseService } from "./config.ts";

/** MiB that must be free: InnoDB grows in steps of up to 8 MiB, and between two looks several tables may. */
export const reserveMiB = 48;

/** MiB that must be free before a node that was taken out is used again: its tables shall have room for a while. */
export const roomMiB = 2 * reserveMiB;

/** What the guard is told. */
export interface DatabaseGuardInput {
  readonly layout: Layout;
  /** Folder of the supervisor's services (s6). */
  readonly scanDirectory: string;
}

const program = (layout: Layout): string => `${layout.etc}/database-guard/guard`;

/**
 * The guard's program and its path. A node without room is read-only, which its health check takes for unusable; a
 * server that was started anew forgets it and is told again. A node that left the cluster as inconsistent is started
 * again, which fetches everything from another one; at most once a minute.
 */
export function renderDatabaseGuard({
  layout,
  scanDirectory,
}: DatabaseGuardInput): readonly [path: string, text: string] {
  const { socket, dataDirectory } = databasePaths(layout);
  const text = `#!/bin/sh
# Keeps a node whose disk fills out of service, and starts one again that left the cluster.
set -u
trap 'exit 0' TERM INT
ask() {
  mariadb --no-defaults --socket=${socket} --user=root --connect-timeout=2 --batch --skip-column-names --execute="$1" 2>/dev/null
}
known=unknown wanted=OFF looks=0
while :; do
  # Blocks that are free, and their size; none can be counted while the folder is being replaced.
  read -r blocks size <<END
$(stat --file-system --format='%a %S' ${dataDirectory} 2>/dev/null || echo '0 0')
END
  free=$((blocks * size / 1048576))
  if [ "$size" -eq 0 ]; then :
  elif [ "$free" -lt ${reserveMiB} ]; then wanted=ON
  elif [ "$free" -ge ${roomMiB} ]; then wanted=OFF
  fi
  if [ $wanted = ON ] || [ $wanted != $known ]; then
    if ask "SET GLOBAL read_only=$wanted"; then
      [ $wanted = $known ] || [ $known$wanted = unknownOFF ] || echo "$free MiB are free: read_only is $wanted"
      known=$wanted
    fi
  fi
  looks=$((looks + 1))
  if [ $wanted = OFF ] && [ $looks -ge 5 ]; then
    looks=0
    case $(ask "SHOW STATUS LIKE 'wsrep_local_state_comment'") in
      *Inconsistent)
        echo "the node left the cluster: it is started again to fetch everything"
        s6-svc -r ${scanDirectory}/${databaseService(layout).name}
        looks=-25
        ;;
    esac
  fi
  sleep 2 &
  wait $!
done
`;
  return [program(layout), text];
}

/** Runs the guard as root of the host, whom the database and the supervisor obey. */
export function databaseGuardService(layout: Layout): ServiceSpec {
  return serviceSpec({
    name: "database-guard",
    command: [program(layout)],
    user: "root",
    capabilities: ["dac_read_search"],
  });
}
