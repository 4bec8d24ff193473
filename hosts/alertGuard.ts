/**
 * Keeps alerts from being called over when nobody computes them any more. Measured without it: Prometheus ends while a
 * web server is down, its alert runs out in Alertmanager, and people are told that the server is well.
 */
import { alertTimes } from "./alertTimes.ts";
import { type Files, type Layout, programFile } from "./layout.ts";
import { ports } from "./ports.ts";
import { heartbeatAlert } from "./prometheusRules.ts";
import { type ServiceSpec, serviceSpec } from "./service.ts";

const program = (layout: Layout): string => `${layout.etc}/alert-guard/guard`;

/**
 * The guard's program. While the alert that always fires stays away, everything else that Alertmanager knows is told to
 * it again, without an end: it goes on for `resolve_timeout`. Prometheus, once it is back, says itself what is over, and
 * what it says nothing of runs out. The heartbeat is not held: its absence is what others notice.
 */
export function alertGuardFiles(layout: Layout, scrapeSeconds: number): Files {
  const { silent, look } = alertTimes(scrapeSeconds);
  const text = `#!/bin/sh
# Holds the alerts that were told while nothing is heard of who computes them.
set -u
trap 'exit 0' TERM INT
api=http://127.0.0.1:${ports.alertmanager}/api/v2/alerts
holding=no
while :; do
  if alerts=$(curl --silent --fail --max-time 3 $api); then
    heard=$(printf '%s' "$alerts" | jq -r 'map(select(.labels.alertname == "${heartbeatAlert}").updatedAt)[0] // "1970-01-01"')
    held=$(printf '%s' "$alerts" | jq -c 'map(select(.labels.alertname != "${heartbeatAlert}") | {labels, annotations, startsAt, generatorURL})')
    if [ $(($(date +%s) - $(date -d "$heard" +%s))) -le ${silent} ]; then holding=no
    elif [ "$held" != '[]' ]; then
      printf '%s' "$held" | curl --silent --fail --max-time 3 --header 'Content-Type: application/json' --data-binary @- $api
      [ $holding = yes ] || echo "Prometheus has been silent for more than ${silent} s: what was told is held"
      holding=yes
    fi
  fi
  sleep ${look} &
  wait $!
done
`;
  return { [program(layout)]: programFile(text) };
}

/** Runs the guard, as who may tell Alertmanager anyway. */
export function alertGuardService(layout: Layout): ServiceSpec {
  return serviceSpec({ name: "alert-guard", command: [program(layout)], user: "alertmanager" });
}
