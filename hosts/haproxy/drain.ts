/** Program on balancer hosts that takes a web server out of rotation and puts it back. */
import type { Layout } from "../layout.ts";
import { balancerNames, balancerSocket } from "./balancer.ts";

/** Where the program lies on a balancer host. */
export const drainServerProgram = (layout: Layout): string => `${layout.etc}/balancer/drain-server`;

/** Longest wait for a health check to pass, seconds. */
const readySeconds = 20;

/**
 * Shell program: `drain-server NAME drain` lets no new request reach the server and waits until none is under way;
 * `drain-server NAME ready` puts it back and waits until its health check passes.
 * @param drainSeconds longest wait for what is under way: a download must not hold a change up for ever. When it is
 * over, the drain says what is left and is done
 *
 * Exit code 0 when so (a drain also when the balancer itself does not run: then nothing reaches the server through
 * it), 1 with a message when the server is unknown or does not become healthy within 20 s, and before anything is done
 * when none of the other servers is healthy for as long: a change must not take the last one.
 */
export function renderDrainServer(layout: Layout, drainSeconds: number): string {
  const backends = `${balancerNames.repeatable} ${balancerNames.once}`;
  return `#!/bin/sh
# Takes a web server out of this balancer's rotation, or puts it back. Usage: drain-server NAME drain|ready
set -u
name=$1 state=$2
ask() { printf '%s\\n' "$1" | socat -t 2 - "UNIX-CONNECT:${balancerSocket(layout)}" 2>/dev/null; }
# Rows of the server in the backends that this balancer has: current sessions (5) and status (18).
rows() { ask "show stat" | awk -F, -v name="$name" -v backends="${backends}" '
  BEGIN { split(backends, list, " "); for (i in list) wanted[list[i]] = 1 }
  $2 == name && ($1 in wanted) { print $1, $5, $18 }'; }
if ! ask "show info" | grep -q '^Name: '; then
  echo "the balancer does not run; nothing to do for $name"
  exit 0
fi
if [ -z "$(rows)" ]; then
  echo "this balancer has no server $name" >&2
  exit 1
fi
# Backends that have other servers, none of which is healthy.
stranded() { ask "show stat" | awk -F, -v name="$name" -v backends="${backends}" '
  BEGIN { split(backends, list, " "); for (i in list) wanted[list[i]] = 1 }
  ($1 in wanted) && $2 != name && $2 != "FRONTEND" && $2 != "BACKEND" { others[$1] = 1; if ($18 ~ /^(UP|no check)/) up[$1] = 1 }
  END { for (backend in others) if (!(backend in up)) print backend }'; }
if [ "$state" = drain ]; then
  end=$(($(date +%s) + ${readySeconds}))
  while [ -n "$(stranded)" ]; do
    if [ "$(date +%s)" -ge "$end" ]; then
      echo "$name is the only web server that may serve on this balancer: it stays; see to the others first (npm run status)" >&2
      exit 1
    fi
    sleep 0.2
  done
fi
for backend in $(rows | cut -d' ' -f1); do
  ask "set server $backend/$name state $state" | grep . && exit 1
done
[ "$state" = drain ] && seconds=${drainSeconds} || seconds=${readySeconds}
end=$(($(date +%s) + seconds))
while [ "$(date +%s)" -lt "$end" ]; do
  if [ "$state" = drain ]; then
    rows | awk '$2 > 0 { busy = 1 } END { exit busy }' && exit 0
  else
    rows | awk '$3 !~ /^(UP|no check)/ { down = 1 } END { exit down }' && exit 0
  fi
  sleep 0.05
done
if [ "$state" = drain ]; then
  echo "after $seconds s $name still has requests under way on this balancer: $(rows | tr '\\n' ';')"
  exit 0
fi
echo "after $seconds s $name is not in state $state on this balancer: $(rows | tr '\\n' ';')" >&2
exit 1
`;
}
