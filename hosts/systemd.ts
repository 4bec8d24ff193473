/** Services as systemd units: for hosts that systemd supervises. */
import type { Layout, ServiceUser } from "./layout.ts";
import { openFiles, type ServiceSpec } from "./service.ts";

/** What a unit needs to know beside its service. */
export interface UnitInput {
  readonly spec: ServiceSpec;
  readonly description: string;
  readonly layout: Layout;
  readonly workingDirectory: string;
  /** Folders and files that the service writes; everything else is read-only for it. */
  readonly writable: readonly string[];
  /** Further groups of its user: whose sockets it may open. */
  readonly groups: readonly ServiceUser[];
  /** Whether it listens on a port below 1024. */
  readonly lowPort: boolean;
  /** Units that start before it. */
  readonly after: readonly string[];
}

/** A word of a command line: quoted, with systemd's specifiers and variables taken literally. */
function word(text: string): string {
  const literal = text.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /^[\w./:=@,+-]+$/.test(text) ? literal : `"${literal.replaceAll(/["\\]/g, "\\$&")}"`;
}

const commandLine = (words: readonly string[]) => words.map(word).join(" ");

const section = (name: string, lines: readonly string[]) => [`[${name}]`, ...lines, ""].join("\n");

function reloadLines({ reload, validate }: ServiceSpec): readonly string[] {
  if (reload === "restart" || reload === "none") return [];
  return [
    ...(validate === null ? [] : [`ExecReload=${commandLine(validate)}`]),
    `ExecReload=/bin/kill -${reload} $MAINPID`,
  ];
}

/** Takes from a process what it has no use for. */
const confinement = [
  "NoNewPrivileges=yes",
  "ProtectSystem=strict",
  "ProtectHome=yes",
  "PrivateTmp=yes",
  "PrivateDevices=yes",
  "ProtectKernelTunables=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelLogs=yes",
  "ProtectClock=yes",
  "ProtectControlGroups=yes",
  "RestrictSUIDSGID=yes",
  "RestrictNamespaces=yes",
  "LockPersonality=yes",
];

const families = "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6";

/** Unit of a service that runs for good: comes back by itself, however it ended. */
export function renderUnit(input: UnitInput): string {
  const { spec, description, layout, workingDirectory, writable, groups, lowPort, after } = input;
  const capabilities = [
    ...spec.capabilities.map((name) => `CAP_${name.toUpperCase()}`),
    ...(lowPort ? ["CAP_NET_BIND_SERVICE"] : []),
  ];
  const log = `${layout.log}/${spec.name}/output.log`;
  return [
    section("Unit", [
      `Description=${description}`,
      `After=network-online.target ${after.join(" ")}`.trim(),
      "Wants=network-online.target",
      // However often it fails, it is tried again.
      "StartLimitIntervalSec=0",
    ]),
    section("Service", [
      `User=${spec.user}`,
      ...(groups.length > 0 ? [`SupplementaryGroups=${groups.join(" ")}`] : []),
      `WorkingDirectory=${workingDirectory}`,
      ...Object.entries(spec.environment).map(([name, value]) => `Environment=${word(`${name}=${value}`)}`),
      ...(spec.validate === null ? [] : [`ExecStartPre=${commandLine(spec.validate)}`]),
      `ExecStart=${commandLine(spec.command)}`,
      ...reloadLines(spec),
      `KillSignal=SIG${spec.stopSignal}`,
      "KillMode=mixed",
      `TimeoutStopSec=${Math.ceil(spec.stopTimeout / 1000)}`,
      ...(spec.share === "usual" ? [] : [`Nice=${spec.share === "less" ? 10 : -10}`]),
      `LimitNOFILE=${openFiles}`,
      "Restart=always",
      "RestartSec=200ms",
      `StandardOutput=append:${log}`,
      `StandardError=append:${log}`,
      `CapabilityBoundingSet=${capabilities.join(" ")}`,
      `AmbientCapabilities=${capabilities.join(" ")}`,
      ...(writable.length > 0 ? [`ReadWritePaths=${writable.join(" ")}`] : []),
      ...confinement,
      families,
    ]),
    section("Install", ["WantedBy=multi-user.target"]),
  ].join("\n");
}

/** What is run again and again. */
export interface TimerInput {
  readonly name: string;
  readonly description: string;
  readonly command: readonly string[];
  readonly everySeconds: number;
  /** Folders that it writes into; everything else is read-only for it. */
  readonly writable: readonly string[];
}

/** Units of a command that root runs at intervals: file name → text. */
export function renderTimer({
  name,
  description,
  command,
  everySeconds,
  writable,
}: TimerInput): Readonly<Record<string, string>> {
  return {
    [`${name}.service`]: [
      section("Unit", [`Description=${description}`, "After=network-online.target"]),
      section("Service", [
        "Type=oneshot",
        `ExecStart=${commandLine(command)}`,
        `ReadWritePaths=${writable.join(" ")}`,
        ...confinement,
        // Packet filters are asked by netlink.
        `${families} AF_NETLINK`,
      ]),
    ].join("\n"),
    [`${name}.timer`]: [
      section("Unit", [`Description=${description}`]),
      section("Timer", [
        `OnActiveSec=${everySeconds}`,
        `OnUnitActiveSec=${everySeconds}`,
        "AccuracySec=1s",
        // Hosts that started together do not ask together.
        `RandomizedDelaySec=${Math.ceil(everySeconds / 10)}`,
      ]),
      section("Install", ["WantedBy=timers.target"]),
    ].join("\n"),
  };
}

/** A file of sysusers.d: system users without a home or a shell. */
export function renderUsers(users: readonly ServiceUser[]): string {
  return `${users.map((user) => `u ${user} - "foobar ${user}"`).join("\n")}\n`;
}

/**
 * A file of tmpfiles.d: folders and files and their owners, made at each start of the host. A log that a service writes
 * itself is a file of its own in root's folder: root opens, turns and reads it, and would follow what the service put
 * in its place.
 */
export function renderFolders(
  folders: Readonly<Record<string, ServiceUser>>,
  files: Readonly<Record<string, ServiceUser>> = {},
): string {
  const line =
    (kind: "d" | "f", mode: string) =>
    ([path, user]: [string, ServiceUser]) =>
      `${kind} ${path} ${mode} ${user} ${user} -`;
  return `${[
    ...Object.entries(folders).map(line("d", "0755")),
    ...Object.entries(files).map(line("f", "0644")),
  ].join("\n")}\n`;
}
