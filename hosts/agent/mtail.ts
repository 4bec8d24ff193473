/** Metrics out of log lines: how many requests, and how long they took. */
import type { AgentTier } from "./agent.ts";

/** Upper bounds in seconds: from the log's resolution of 1 ms to the longest that a request may take. */
export const durationBuckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;

const buckets = durationBuckets.join(", ");

const web = `# Requests that reached the web server.
counter web_requests_total by route, code
histogram web_request_duration_seconds by route buckets ${buckets}

/^\\{"route":"(?P<route>[a-z]+)","status":(?P<code>\\d+),"seconds":(?P<seconds>\\d+\\.\\d+),/ {
  web_requests_total[$route][$code]++
  web_request_duration_seconds[$route] = $seconds
}
`;

const balancer = `# Requests as visitors saw them.
counter balancer_requests_total by route, code
histogram balancer_request_duration_seconds by route buckets ${buckets}

/^\\{"route":"(?P<route>[a-z-]+)","status":(?P<code>\\d+),"ms":(?P<milliseconds>\\d+),/ {
  balancer_requests_total[$route][$code]++
  balancer_request_duration_seconds[$route] = float($milliseconds) / 1000.0
}
`;

/** The program for the logs of a tier; null for a tier without request logs. */
export function mtailProgram(tier: AgentTier): string | null {
  if (tier === "web") return web;
  return tier === "balancer" ? balancer : null;
}
