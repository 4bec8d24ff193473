import { statfs } from "node:fs/promises";
import { getuid } from "node:process";
import { textOf } from "../files.ts";
import { projectRoot } from "../paths.ts";
import { findingsMessage, Problem } from "../problem.ts";
import { run } from "../run.ts";

/** What was found out about the machine. */
export interface Machine {
  readonly platform: string;
  /** Architecture by Node's name. */
  readonly arch: string;
  readonly isRoot: boolean;
  /** Whether a sandbox's namespaces can be made; the error where not. */
  readonly namespaces: { readonly works: boolean; readonly error: string };
  /** Whether folders can be laid over each other in them. */
  readonly overlays: boolean;
  /** Settings of the kernel that forbid user namespaces, where they exist. */
  readonly usernsClone: string | undefined;
  readonly apparmorRestricts: string | undefined;
  readonly maxUserNamespaces: string | undefined;
  /** Commands of the base system that are missing. */
  readonly missingCommands: readonly string[];
  /** Free space on the project's disk, in bytes. */
  readonly freeBytes: number;
}

/** The userland with its packages 0.9 GB, tests' packages, Pulumi 0.4 GB, and a stack's data. */
const neededBytes = 3e9;

/** Part of the base system of Debian and most others; set-up and sandboxes call them. */
const baseCommands = ["perl", "unshare", "nsenter", "mount", "tar", "find"];

function namespaceFindings(machine: Machine): readonly string[] {
  if (machine.namespaces.works) return [];
  if (machine.isRoot) {
    return [
      `namespaces: root cannot make them here (${machine.namespaces.error}); in a container, start it with --privileged, or use a virtual machine.`,
    ];
  }
  const remedies: string[] = [];
  if (machine.usernsClone?.trim() === "0") remedies.push("sudo sysctl kernel.unprivileged_userns_clone=1");
  if (machine.apparmorRestricts?.trim() === "1") {
    remedies.push("sudo apparmor_parser --replace /etc/apparmor.d/foobar-onebox");
  }
  if (machine.maxUserNamespaces?.trim() === "0") remedies.push("sudo sysctl user.max_user_namespaces=15000");
  const profile = remedies.some((each) => each.includes("apparmor"))
    ? " (the profile to write first: docs/troubleshooting.md#ubuntu)"
    : "";
  const allow = remedies.length > 0 ? `allow them with \`${remedies.join(" && ")}\`${profile}, or ` : "";
  return [
    `user namespaces: this user may not make them (${machine.namespaces.error}); ${allow}run the command as root.`,
  ];
}

/** What keeps a stack from running on the machine, each with its remedy. */
export function machineFindings(machine: Machine): readonly string[] {
  if (machine.platform !== "linux") {
    return [`platform: ${machine.platform}; onebox runs on Linux (a virtual machine or WSL 2 will do).`];
  }
  const findings: string[] = [];
  if (machine.arch !== "x64" && machine.arch !== "arm64") {
    findings.push(`architecture: ${machine.arch}; Node 24 comes from npm for x64 and arm64.`);
  }
  findings.push(...namespaceFindings(machine));
  if (machine.namespaces.works && !machine.overlays) {
    findings.push(
      "overlayfs: it cannot be mounted in a namespace; load it with `sudo modprobe overlay`, and without root use Linux 5.11 or newer.",
    );
  }
  if (machine.missingCommands.length > 0) {
    findings.push(
      `commands: ${machine.missingCommands.join(", ")} missing; install them (util-linux, perl, tar, findutils).`,
    );
  }
  if (machine.freeBytes < neededBytes) {
    const free = (machine.freeBytes / 1e9).toFixed(1);
    findings.push(`disk: ${free} GB free where the project is; ${neededBytes / 1e9} GB are needed.`);
  }
  return findings;
}

const isUserRoot = (): boolean => getuid?.() === 0;

/** Exit code by which the trial says that namespaces work and overlays do not. */
const noOverlay = 9;
const trial = [
  "mount -t tmpfs tmpfs /mnt && mkdir /mnt/a /mnt/b || exit 1",
  `mount -t overlay overlay -o lowerdir=/mnt/a:/mnt/b /mnt/a || exit ${noOverlay}`,
].join("\n");

async function tryNamespaces(): Promise<Pick<Machine, "namespaces" | "overlays">> {
  const user = isUserRoot() ? [] : ["--user", "--map-root-user"];
  const argv = ["unshare", ...user, "--mount", "--net", "--pid", "--uts", "--fork", "--", "sh", "-c", trial];
  const { code, stderr } = await run(argv, { timeoutMs: 10_000 });
  return {
    namespaces: { works: code === 0 || code === noOverlay, error: stderr.trim().split("\n").at(-1) ?? "" },
    overlays: code === 0,
  };
}

async function missingCommands(): Promise<readonly string[]> {
  const { stdout } = await run([
    "sh",
    "-c",
    'for c; do command -v "$c" >/dev/null || echo "$c"; done',
    "sh",
    ...baseCommands,
  ]);
  return stdout.split("\n").filter((name) => name !== "");
}

async function inspectMachine(): Promise<Machine> {
  const [namespaces, missing, disk] = await Promise.all([
    tryNamespaces(),
    missingCommands(),
    statfs(projectRoot),
  ]);
  return {
    platform: process.platform,
    arch: process.arch,
    isRoot: isUserRoot(),
    ...namespaces,
    usernsClone: await textOf("/proc/sys/kernel/unprivileged_userns_clone"),
    apparmorRestricts: await textOf("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
    maxUserNamespaces: await textOf("/proc/sys/user/max_user_namespaces"),
    missingCommands: missing,
    freeBytes: disk.bavail * disk.bsize,
  };
}

/**
 * Looks whether a onebox stack can run here, before anything is made.
 * @throws Problem with all the findings
 */
export async function checkMachine(): Promise<void> {
  const findings = machineFindings(await inspectMachine());
  if (findings.length > 0)
    throw new Problem(findingsMessage("This machine cannot run a onebox stack", findings));
}
