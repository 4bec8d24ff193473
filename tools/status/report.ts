/** The status of a stack on this machine as text, and what is wrong with it. Pure. */

/** One host. */
export interface HostStatus {
  readonly name: string;
  readonly role: string;
  readonly zone: string;
  /** Whether it answers at all. */
  readonly up: boolean;
  readonly servicesUp: readonly string[];
  readonly servicesDown: readonly string[];
  /** Memory of its processes, shared parts counted once, bytes. */
  readonly memory: number;
  /** "writer", "active", or empty. */
  readonly duty: string;
  /** Days until its first certificate ends; null where it has none. */
  readonly certificateDays: number | null;
}

/** A stack as it is now. */
export interface StackStatus {
  readonly stack: string;
  readonly endpoint: string;
  /** What the site answers: its status, or why there is none. */
  readonly site: { readonly ok: boolean; readonly answer: string; readonly milliseconds: number };
  readonly writer: string | null;
  readonly activeBalancer: string | null;
  /** Per database node: synced in the primary component. */
  readonly databaseSynced: Readonly<Record<string, boolean>>;
  /** Database nodes that refuse writes: their disks are all but full. */
  readonly databaseReadOnly: readonly string[];
  /** Requests a second; null when the monitor does not tell. */
  readonly requestsPerSecond: number | null;
  /** Names of the alerts that fire; null when the monitor does not tell. */
  readonly alerts: readonly string[] | null;
  /** When Debian's lists were read that the hosts' programs are of; null when that is not known. */
  readonly userlandMade: Date | null;
  readonly hosts: readonly HostStatus[];
}

/** Days from which on the hosts' programs are old: Debian mends faults of security every week. */
const oldDays = 30;

/** What to do about programs that are old; null where they are not. */
function ageText(made: Date | null, now: Date): string | null {
  const days = made === null ? 0 : Math.floor((now.getTime() - made.getTime()) / 86_400_000);
  return days <= oldDays
    ? null
    : `the hosts' programs are of Debian as it was ${days} days ago: \`npm run userland -- --update\`, then \`npm run up\``;
}

/** Days left from which on a certificate is a finding: `up` should have renewed it. */
const fewDays = 7;

/** What is wrong, a line each; empty when nothing is. */
export function problemsOf(status: StackStatus): readonly string[] {
  const { site, hosts, databaseSynced, alerts } = status;
  const has = (role: string) => hosts.some((host) => host.role === role);
  return [
    ...(site.ok ? [] : [`the site does not serve: ${site.answer}`]),
    ...hosts.filter(({ up }) => !up).map(({ name }) => `host ${name} is down`),
    ...hosts
      .filter(({ up, servicesDown }) => up && servicesDown.length > 0)
      .map(({ name, servicesDown }) => `${name}: ${servicesDown.join(", ")} down`),
    ...(has("balancer") && status.activeBalancer === null
      ? ["not exactly one balancer holds the virtual address"]
      : []),
    ...Object.entries(databaseSynced)
      .filter(([, synced]) => !synced)
      .map(([name]) => `${name} is not synced`),
    ...status.databaseReadOnly.map((name) => `${name} is read-only: its disk is all but full`),
    ...hosts.flatMap(({ name, certificateDays: days }) =>
      days !== null && days < fewDays
        ? [`${name}: a certificate ends in ${days} days; run \`npm run up\``]
        : [],
    ),
    ...(has("monitor") && alerts === null ? ["the monitor does not answer: it tells of no alert"] : []),
    ...(alerts ?? []).map((name) => `alert ${name} is firing`),
  ];
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

/** Rows under each other, columns as wide as their widest cell. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function servicesText({ up, servicesUp, servicesDown }: HostStatus): string {
  if (!up) return "down";
  const all = servicesUp.length + servicesDown.length;
  return servicesDown.length === 0
    ? `${all} up`
    : `${servicesUp.length} of ${all}, down: ${servicesDown.join(" ")}`;
}

/** Paints text, or leaves it as it is. */
export type Paint = (text: string, colour: "red" | "green" | "bold") => string;

/** One screen. */
export function statusText(status: StackStatus, paint: Paint, now: Date = new Date()): string {
  const problems = problemsOf(status);
  const { site, hosts, databaseSynced, requestsPerSecond: rate, alerts } = status;
  const synced = Object.values(databaseSynced).filter(Boolean).length;
  const certificates = hosts.flatMap(({ certificateDays }) => certificateDays ?? []);
  const facts = [
    ["site", `${status.endpoint}  ${site.answer} in ${site.milliseconds} ms`],
    ["balancer", status.activeBalancer ?? "none"],
    ["writer", status.writer ?? "nobody has written yet"],
    ["database", `${synced} of ${Object.keys(databaseSynced).length} synced`],
    ["certificates", certificates.length === 0 ? "none" : `${Math.min(...certificates)} days left at least`],
    ["requests", rate === null ? "unknown: the monitor does not answer" : `${rate.toFixed(1)} a second`],
    ["alerts", alerts === null ? "unknown: the monitor does not answer" : alerts.join(", ") || "none"],
    ["userland", `Debian of ${status.userlandMade?.toISOString().slice(0, 10) ?? "an unknown day"}`],
    ["memory", megabytes(hosts.reduce((sum, { memory }) => sum + memory, 0))],
  ];
  const rows = hosts.map((host) => [
    host.name,
    host.role,
    host.zone,
    servicesText(host),
    host.up ? megabytes(host.memory) : "",
    host.certificateDays === null ? "" : `${host.certificateDays} d`,
    host.duty,
  ]);
  const [head = "", ...body] = table([
    ["host", "role", "zone", "services", "memory", "certificate", ""],
    ...rows,
  ]);
  const verdict =
    problems.length === 0
      ? paint("everything is well", "green")
      : [
          paint(problems.length === 1 ? "1 problem" : `${problems.length} problems`, "red"),
          ...problems.map((line) => `  - ${line}`),
        ].join("\n");
  return [
    paint(`Stack ${status.stack}`, "bold"),
    ...table(facts).map((line) => `  ${line}`),
    "",
    paint(head, "bold"),
    ...body.map((line, index) =>
      hosts[index]?.up && hosts[index].servicesDown.length === 0 ? line : paint(line, "red"),
    ),
    "",
    verdict,
    ...[ageText(status.userlandMade, now)].flatMap((line) => line ?? []),
    "",
  ].join("\n");
}
