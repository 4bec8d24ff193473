/** Scripts of a server on EC2: how it becomes what its user data says, and keeps its secrets fresh. */
import { statsdPort } from "./cloudWatchAgent.ts";
import type { Layout, ServiceUser } from "./layout.ts";

/** A Debian package that is fetched by its URL. */
export interface FetchedPackage {
  /** Name of the package once it is installed. */
  readonly name: string;
  readonly url: string;
  /** SHA-256, hex; null where only TLS vouches for it. */
  readonly sha256: string | null;
}

/** An object of the artifact bucket, pinned by its digest. */
export interface Artifact {
  readonly bucket: string;
  readonly key: string;
  /** SHA-256, hex. */
  readonly sha256: string;
}

/** A file that is made of a secret. */
export interface SecretFile {
  readonly path: string;
  readonly user: ServiceUser;
  /** Key of the secret's JSON whose text is the content; null for the whole secret. */
  readonly field: string | null;
  /** Text before the content: `TOKEN=` */
  readonly prefix?: string;
}

/** A secret of Secrets Manager and what becomes of it. */
export interface HostSecret {
  readonly arn: string;
  readonly files: readonly SecretFile[];
  /** Run when a file has changed. */
  readonly changed: readonly string[];
}

/** The release of Debian that servers are made of: their files are written for its daemons. */
export const debianRelease = 13;

/** Where a system says what it is. */
export const releaseFile = "/etc/os-release";

/** Ends the start on another system, whose daemons would refuse their files one by one. */
const requireRelease = [
  `release=$(. ${releaseFile} && echo "\${ID:-} \${VERSION_ID:-}")`,
  `if [ "$release" != "debian ${debianRelease}" ]; then`,
  `  echo "the image is of $release; servers are made of Debian ${debianRelease}: set foobar:aws.image.id to an image of it" >&2`,
  "  exit 1",
  "fi",
];

/** Places of the scripts. */
export const scripts = {
  start: "/usr/local/sbin/host-start",
  secrets: "/usr/local/sbin/host-secrets",
  report: "/usr/local/sbin/host-report",
} as const;

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

const command = (words: readonly string[]) =>
  words.map((text) => (/^[\w./:=@,+-]+$/.test(text) ? text : quote(text))).join(" ");

/**
 * What a script makes is there for services to read, whatever umask it was started with: a secret begins as a file of
 * `mktemp`, which only its owner reads.
 */
const script = (comment: string, lines: readonly string[]) =>
  ["#!/bin/bash", `# ${comment}`, "set -euo pipefail", "umask 022", ...lines, ""].join("\n");

export interface SecretsInput {
  readonly region: string;
  readonly secrets: readonly HostSecret[];
}

/**
 * Fetches secrets and writes the files made of them, each at once and only when it changed. With `--quiet` nothing is
 * reloaded: before the services first start there is nothing to reload.
 */
export function renderSecretsScript({ region, secrets }: SecretsInput): string {
  const write = ({ path, user, field, prefix = "" }: SecretFile) => {
    // A value of its own line: a failure inside an argument would go unnoticed.
    const value = field === null ? "value=$secret" : `value=$(jq -er ${quote(`.${field}`)} <<<"$secret")`;
    return `${value}\nput ${quote(path)} ${user} ${quote(prefix)} "$value"`;
  };
  return script("Writes the files that are made of secrets; run again at intervals for rotated ones.", [
    `export AWS_DEFAULT_REGION=${region}`,
    'quiet="$*"',
    "put() { # path user prefix content",
    '  mkdir -p "$(dirname "$1")"',
    '  local new; new=$(mktemp "$1.XXXXXX")',
    `  printf '%s%s\\n' "$3" "$4" >"$new"`,
    '  if cmp -s "$new" "$1"; then rm "$new"; return; fi',
    '  chown "$2:$2" "$new"; chmod 0600 "$new"; mv "$new" "$1"; changed=1',
    "}",
    'fetch() { aws secretsmanager get-secret-value --secret-id "$1" --query SecretString --output text; }',
    ...secrets.flatMap(({ arn, files, changed }) => [
      "changed=0",
      `secret=$(fetch ${quote(arn)})`,
      ...files.map(write),
      "unset secret",
      `if [ "$changed" = 1 ] && [ "$quiet" != --quiet ]; then ${command(changed)}; fi`,
    ]),
  ]);
}

export interface ReportInput {
  readonly host: string;
  /** Certificate whose days left are told; readable by root. */
  readonly certificate: string;
  readonly layout: Layout;
}

/** Names of the metrics that the report sends, by StatsD with tag `server`. */
export const reportedMetrics = { denied: "denied_packets", certificateDays: "certificate_days" } as const;

/** Tells the CloudWatch agent what only this host knows: refused packets since last time, days left of its certificate. */
export function renderReportScript({ host, certificate, layout }: ReportInput): string {
  const send = (metric: string, value: string, kind: "c" | "g") =>
    `printf '%s' "${metric}:${value}|${kind}|#server:${host}" >/dev/udp/127.0.0.1/${statsdPort}`;
  return script("Tells the monitoring agent what only this host knows.", [
    `last=${layout.run}/denied`,
    "now=$(nft -j list counters table inet firewall | jq '[.nftables[].counter? | select(. != null and (.name | startswith(\"denied_\"))) | .packets] | add // 0')",
    'before=$(cat "$last" 2>/dev/null || echo 0)',
    // Reloaded rules count from zero again.
    '[ "$before" -le "$now" ] || before=0',
    'echo "$now" >"$last"',
    send(reportedMetrics.denied, "$((now - before))", "c"),
    `end=$(date -d "$(openssl x509 -enddate -noout -in ${quote(certificate)} | cut -d= -f2)" +%s)`,
    send(reportedMetrics.certificateDays, "$(((end - $(date +%s)) / 86400))", "g"),
  ]);
}

export interface StartInput {
  readonly region: string;
  readonly layout: Layout;
  /** The agent that ships the log of this very start: it comes first. Null where the image holds its package. */
  readonly logAgent: { readonly package: FetchedPackage | null; readonly start: readonly string[] };
  readonly packages: readonly FetchedPackage[];
  /** The site, a zip archive. */
  readonly site: Artifact;
  readonly siteDirectory: string;
  /** The Node program. */
  readonly node: Artifact;
  /** Authority of the database's certificates → where it goes. */
  readonly databaseCa: Artifact;
  readonly databaseCaPath: string;
  /** Units to enable and start, in this order. */
  readonly units: readonly string[];
  /** Commands that start what needs the secrets' files: further agents. */
  readonly agents: readonly (readonly string[])[];
  /** How the server is asked whether it is ready, and whom it tells. */
  readonly ready: Readiness;
}

/** A server that has just started is in service only once it says so itself. */
export interface Readiness {
  /** The server's own Auto Scaling group. */
  readonly group: string;
  /** The group's lifecycle hook, which waits for the word. */
  readonly hook: string;
  /** The site's domain. */
  readonly domain: string;
  /** Path that answers with 200 when visitors may be sent here. */
  readonly path: string;
  /** Whether the web server wants the PROXY protocol. */
  readonly proxyProtocol: boolean;
}

/** Seconds for application and web server to start. */
const readySeconds = 120;

/** The question that the balancer will ask, along the same way; it checks no certificate either. */
const askReady = ({ domain, path, proxyProtocol }: Readiness) => [
  "curl",
  "--fail",
  "--silent",
  "--show-error",
  "--insecure",
  "--max-time",
  "5",
  "--retry",
  String(readySeconds),
  "--retry-delay",
  "1",
  "--retry-max-time",
  String(readySeconds),
  "--retry-all-errors",
  ...(proxyProtocol ? ["--haproxy-protocol"] : []),
  "--resolve",
  `${domain}:443:127.0.0.1`,
  "--output",
  "/dev/null",
  `https://${domain}${path}`,
];

/** Times that the group is told, and seconds between them: a minute. */
const tellTimes = 20;
const tellSeconds = 3;

/** Seconds that the agent has to send the log of a start that failed: it sends every five. */
const lastWordsSeconds = 15;

/** Seconds that another installation of packages may hold apt's lock. */
const lockSeconds = 300;

/**
 * Tells the group how the start ended. The group may not be waiting for it yet and AWS may not answer, so that it is
 * told again; where the group waits no more (it was told, or has given up) there is nobody to tell.
 */
const tell = ({ group, hook }: Readiness) => [
  "tell() { # result",
  "  local id state",
  "  id=$(cat /var/lib/cloud/data/instance-id)",
  `  for _ in {1..${tellTimes}}; do`,
  `    state=$(aws autoscaling describe-auto-scaling-instances --instance-ids "$id" --query 'AutoScalingInstances[0].LifecycleState' --output text) || state=unknown`,
  "    case $state in",
  "      Pending | None) ;;",
  "      Pending:Wait | unknown)",
  `        if aws autoscaling complete-lifecycle-action --auto-scaling-group-name ${quote(group)} --lifecycle-hook-name ${quote(hook)} --instance-id "$id" --lifecycle-action-result "$1"; then return; fi ;;`,
  '      *) echo "the group does not wait: $state"; return ;;',
  "    esac",
  `    sleep ${tellSeconds}`,
  "  done",
  '  echo "the group could not be told: $1" >&2; return 1',
  "}",
];

/**
 * Turns a fresh instance into the server. Whatever fails ends it: the group is told to abandon the instance, so that
 * the balancer never sends it a visitor and a rolling change keeps the old server.
 */
export function renderStartScript(input: StartInput): string {
  const { ready, logAgent } = input;
  const fetch = ({ bucket, key, sha256 }: Artifact, path: string) =>
    `fetch ${quote(bucket)} ${quote(key)} ${sha256} ${quote(path)}`;
  const install = ({ name, url, sha256 }: FetchedPackage) =>
    `install_package ${name} ${quote(url)} ${quote(sha256 ?? "")}`;
  return script("Turns a fresh instance into the server that its user data describes.", [
    `export AWS_DEFAULT_REGION=${input.region} DEBIAN_FRONTEND=noninteractive`,
    // Debian 13 keeps /tmp in memory, and what is fetched is large.
    "work=$(mktemp -d --tmpdir=/var/tmp)",
    "verdict=ABANDON",
    ...tell(ready),
    "ended() {",
    '  rm -rf "$work"',
    `  [ "$verdict" = CONTINUE ] || sleep ${lastWordsSeconds}`,
    '  tell "$verdict"',
    "}",
    "trap ended EXIT",
    "systemd-sysusers",
    "systemd-tmpfiles --create /etc/tmpfiles.d/foobar.conf",
    // Before anything listens.
    "systemctl enable nftables.service",
    "systemctl restart nftables.service",
    "fetch() { # bucket key sha256 path",
    '  aws s3api get-object --bucket "$1" --key "$2" "$work/object" >/dev/null',
    '  echo "$3  $work/object" | sha256sum --check --quiet',
    '  mkdir -p "$(dirname "$4")"',
    '  mv "$work/object" "$4"; chmod 0644 "$4"',
    "}",
    "install_package() { # name url sha256",
    '  if dpkg -s "$1" >/dev/null 2>&1; then return; fi',
    '  curl --fail --silent --show-error --location --proto =https --retry 5 --output "$work/package.deb" "$2"',
    '  if [ -n "$3" ]; then echo "$3  $work/package.deb" | sha256sum --check --quiet; fi',
    // The agents' configuration is there before them, and stays.
    `  apt-get install --yes --quiet --no-install-recommends --option DPkg::Lock::Timeout=${lockSeconds} --option Dpkg::Options::=--force-confdef --option Dpkg::Options::=--force-confold "$work/package.deb"`,
    '  rm "$work/package.deb"',
    "}",
    ...(logAgent.package === null ? [] : [install(logAgent.package)]),
    command(logAgent.start),
    ...requireRelease,
    ...input.packages.map(install),
    fetch(input.node, input.layout.node),
    `chmod 0755 ${quote(input.layout.node)}`,
    fetch(input.databaseCa, input.databaseCaPath),
    fetch(input.site, "/var/lib/foobar/site.zip"),
    `mkdir -p ${quote(input.siteDirectory)}`,
    `unzip -q -o /var/lib/foobar/site.zip -d ${quote(input.siteDirectory)}`,
    `chmod -R a+rX ${quote(input.siteDirectory)}`,
    `${scripts.secrets} --quiet`,
    "systemctl daemon-reload",
    ...input.units.map((unit) => `systemctl enable --now ${unit}`),
    ...input.agents.map(command),
    command(askReady(ready)),
    "verdict=CONTINUE",
  ]);
}
