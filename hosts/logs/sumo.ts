/**
 * Copies of logs and metrics for Sumo Logic's HTTP Source, from the monitor, where all of them are. syslog-ng queues,
 * batches and repeats; a HAProxy beside it verifies the other end and alone knows the URL, which is a secret:
 * syslog-ng names its URL whenever it cannot send, in what becomes a log line itself.
 */
import { globalSection, haproxyCheck, haproxyCommand, quoted, section } from "../haproxy/common.ts";
import { type Files, type Layout, plainFile, programFile, secretFile } from "../layout.ts";
import { ports } from "../ports.ts";
import { type ServiceSpec, serviceSpec } from "../service.ts";
import type { LogCopies } from "./store.ts";
import { logState, macro, retrySeconds, statement, word } from "./syslogNg.ts";

/** A host whose lines are sent. */
export interface ShippedHost {
  readonly name: string;
  readonly tier: string;
}

/** What is sent, and how much may wait. */
export interface SumoInput {
  readonly layout: Layout;
  /** Stack, for searches over several: the first part of every category. */
  readonly stack: string;
  readonly hosts: readonly ShippedHost[];
  readonly queueMiB: number;
}

/** Lines of one kind that are sent together, under headers of their own. */
interface Stream {
  /** `logs-web-1-access`; also the label in the counters of what waits and was dropped. */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Template of a line. */
  readonly body: string;
  /** Which lines; null for those that come from the stream's own source. */
  readonly filter: string | null;
}

/** Tiers that write a JSON object a request. */
const withAccessLog = ["balancer", "web"];

/** A request's line, at a web server or at the balancer. */
const isAccess = `(program("^web/access$") or (program("^balancer$") and message("^[{]")))`;

function streamsOf({ stack, hosts }: SumoInput): readonly Stream[] {
  const ofHost = ({ name, tier }: ShippedHost): Stream[] => {
    const stream = (kind: string, body: string, which: string): Stream => ({
      name: `logs-${name}-${kind}`,
      headers: {
        "Content-Type": "text/plain; charset=utf-8",
        "X-Sumo-Category": `${stack}/${tier}/${kind}`,
        "X-Sumo-Host": name,
        "X-Sumo-Name": kind,
        "X-Sumo-Fields": `stack=${stack},tier=${tier}`,
      },
      body,
      filter: `host("^${name}$") and ${which}`,
    });
    const text = [macro("ISODATE"), macro("PROGRAM"), macro("MESSAGE")].join(" ");
    return withAccessLog.includes(tier)
      ? [stream("access", macro("MESSAGE"), isAccess), stream("services", text, `not ${isAccess}`)]
      : [stream("services", text, 'program(".")')];
  };
  const metrics: Stream = {
    name: "metrics",
    headers: {
      "Content-Type": "application/vnd.sumologic.prometheus",
      "X-Sumo-Category": `${stack}/metrics`,
      "X-Sumo-Host": "monitor",
      "X-Sumo-Name": "prometheus",
      "X-Sumo-Dimensions": `stack=${stack}`,
    },
    body: macro("MESSAGE"),
    filter: null,
  };
  return [metrics, ...hosts.flatMap(ofHost)];
}

/**
 * One request: Sumo Logic's advice is 100 kB to 1 MB. A stream's lines wait this long for others, milliseconds, so
 * that a quiet one is not a request a line.
 */
const batch = "batch-lines(5000) batch-bytes(512000) batch-timeout(5000)";

/** How long Sumo Logic may take to accept a connection, and to answer. */
const connectSeconds = 10;
const answerSeconds = 60;

/** Answers after which the same is sent again, until it is taken. */
const repeated = [401, 403, 404, 408, 429, 500, 502, 503, 504];

/** What Sumo Logic will never take is dropped, and counted. */
const refused = [400, 413];

const actions = [
  ...repeated.map((status) => `${status} => disconnect`),
  ...refused.map((status) => `${status} => drop`),
].join(" ");

const smallestQueue = 1_048_576;

/**
 * Uncompressed: what compression does not shorten, syslog-ng 4.8.1 sends with the length of what it sent before, so that
 * lines are cut or followed by rubbish.
 */
function destination(layout: Layout, { name, headers, body }: Stream, queueBytes: number): string {
  const lines = Object.entries(headers).map(([key, value]) => word(`${key}: ${value}`));
  return statement(`destination ${identifier(name)}`, [
    [
      `http(url("http://127.0.0.1:${ports.sumo}/") method("POST") persist-name(${word(name)})`,
      `headers(${lines.join(", ")})`,
      `body(${word(body)}) delimiter("\\n") ${batch} timeout(${connectSeconds + answerSeconds})`,
      `response-action(${actions})`,
      `disk-buffer(reliable(yes) disk-buf-size(${queueBytes}) mem-buf-size(1048576) dir(${word(logState(layout))})));`,
    ].join(" "),
  ]);
}

/** Names as the configuration wants them, and as the counters tell them. */
const identifier = (name: string) => `sumo_${name.replaceAll("-", "_")}`;

const federatePath = (layout: Layout) => `${layout.etc}/logs/metrics`;

/** Series that are sent: the signals of the catalogue, and what agents see of hosts and web servers. */
const series = ['{__name__=~"signal_.+"}', '{job="node"}', '{job="mtail"}'];

/** How often metrics are sent, seconds: what Sumo Logic itself keeps of them is a value a minute. */
const metricSeconds = 60;

/** Prints the newest value of each series with its time, a line each, in Prometheus' text format. */
const federate = `#!/bin/sh
while :; do
  curl --silent --fail --max-time 20 --get ${series.map((each) => `--data-urlencode 'match[]=${each}'`).join(" ")} http://127.0.0.1:${ports.prometheus}/federate | grep -v '^#'
  # Nobody reads any more: syslog-ng has ended.
  [ $? -le 1 ] || exit 0
  sleep ${metricSeconds} &
  wait $!
done
`;

/** Statements and branches for the monitor's syslog-ng. Half of the queue is for metrics, the rest for logs. */
export function sumoCopies(input: SumoInput): LogCopies {
  const streams = streamsOf(input);
  const half = (input.queueMiB * 1_048_576) / 2;
  const each = Math.max(smallestQueue, Math.floor(half / Math.max(1, streams.length - 1)));
  const bytesOf = ({ filter }: Stream) => (filter === null ? half : each);
  return {
    statements: [
      ...streams.map((stream) => destination(input.layout, stream, bytesOf(stream))),
      statement("source metrics", [`program(${word(federatePath(input.layout))} flags(no-parse));`]),
      statement("log", ["source(metrics);", "destination(sumo_metrics);"]),
    ].join(""),
    branches: streams.flatMap(({ name, filter }) =>
      filter === null ? [] : [`log { filter { ${filter} }; destination(${identifier(name)}); };`],
    ),
  };
}

/** The HTTP Source, and the way to it. */
export interface SumoTarget {
  /** URL of the HTTP Source: a secret. */
  readonly url: string;
  /** `address:port` of the gateway that leads there. */
  readonly by: string;
  /** Authority that vouches for it, PEM; null: the public ones that Debian knows. */
  readonly ca: string | null;
}

/** Where Debian keeps the public authorities. */
const trusted = "/etc/ssl/certs/ca-certificates.crt";

const relayPath = (layout: Layout) => `${layout.etc}/sumo/haproxy.cfg`;
const caPath = (layout: Layout) => `${layout.etc}/sumo/ca.pem`;

/** Pauses after answers that did not take what was sent, milliseconds. */
export interface Pauses {
  readonly first: number;
  /** Each pause is twice the one before, up to this. */
  readonly longest: number;
}

/** The first is what syslog-ng itself waits; a minute at most keeps what arrives after an outage near to the present. */
const usualPauses: Pauses = { first: retrySeconds * 1000, longest: 60_000 };

/**
 * syslog-ng asks again at a fixed pace, for every stream by itself. So while Sumo Logic refuses or is away, this lets
 * one request through after each pause, to see, and answers all others itself with 503.
 */
function backOff({ first, longest }: Pauses): readonly string[] {
  return [
    "acl failing var(proc.pause) -m int gt 0",
    "acl early date(0,ms),sub(proc.until) lt 0",
    "acl held var(txn.held) -m bool",
    "acl looks var(txn.looks) -m bool",
    `acl failed status ${repeated.join(" ")}`,
    "http-request set-var(txn.held) bool(true) if failing early",
    "http-request return status 503 if held",
    "http-request set-var(txn.looks) bool(true) if failing",
    // Who comes while this one looks is held back, at the longest until its time is up.
    `http-request set-var(proc.until) date(0,ms),add(${(connectSeconds + answerSeconds) * 1000}) if failing`,
    "http-after-response set-var(proc.pause) int(0) if !held !failed",
    "http-after-response set-var(proc.pause) var(proc.pause),mul(2) if !held failed looks",
    `http-after-response set-var(proc.pause) int(${longest}) if { var(proc.pause) -m int gt ${longest} }`,
    `http-after-response set-var(proc.pause) int(${first}) if !held failed !failing`,
    "http-after-response set-var(proc.until) date(0,ms),add(proc.pause) if !held failed",
  ];
}

/** A value in a log-format string. */
const verbatim = (text: string) => quoted(text.replaceAll("%", "%%"));

/** Files of the way to Sumo Logic. */
export function renderSumoRelay(
  layout: Layout,
  { url, by, ca }: SumoTarget,
  pauses: Pauses = usualPauses,
): Files {
  const { pathname, search, host, hostname } = new URL(url);
  const tls = `ssl verify required ca-file ${ca === null ? trusted : caPath(layout)} sni str(${hostname}) verifyhost ${hostname} ssl-min-ver TLSv1.2`;
  const text = [
    globalSection({
      connections: 200,
      threads: 1,
      minimumTlsVersion: "1.2",
      socket: null,
      more: ["set-var proc.pause int(0)", "set-var proc.until int(0)"],
    }),
    section("defaults", [
      "mode http",
      "log global",
      `timeout connect ${connectSeconds}s`,
      `timeout client ${connectSeconds + answerSeconds}s`,
      `timeout server ${answerSeconds}s`,
      "timeout http-request 60s",
    ]),
    section("frontend local", [
      `bind 127.0.0.1:${ports.sumo}`,
      // Its lines would hold the URL.
      "no log",
      ...backOff(pauses),
      "default_backend sumo",
    ]),
    section("backend sumo", [
      `http-request set-path ${verbatim(pathname)}`,
      ...(search === "" ? [] : [`http-request set-query ${verbatim(search.slice(1))}`]),
      `http-request set-header Host ${host}`,
      `server sumo ${by} ${tls}`,
    ]),
  ].join("");
  return {
    [relayPath(layout)]: secretFile(text, "haproxy"),
    ...(ca === null ? {} : { [caPath(layout)]: plainFile(ca) }),
  };
}

/** The program that prints the metrics. */
export const sumoPrograms = (layout: Layout): Files => ({ [federatePath(layout)]: programFile(federate) });

/** Runs the way to Sumo Logic. */
export function sumoRelayService(layout: Layout): ServiceSpec {
  const configuration = relayPath(layout);
  return serviceSpec({
    name: "sumo",
    command: haproxyCommand(configuration),
    user: "haproxy",
    reload: "USR2",
    validate: haproxyCheck(configuration),
    ready: { port: ports.sumo },
  });
}
