/** Text of the s6 service folders that run a host's services. Pure. */
import { keptLine } from "../hosts/limits.ts";
import { openFiles } from "../hosts/service.ts";
import { digestOf } from "./digest.ts";

/** How a process is run under supervision. */
export interface Supervised {
  readonly command: readonly string[];
  /** Numeric user and group id; 0 for root of the host, and for everybody where there is one user only. */
  readonly userId: number;
  /** Whether it is to be root of the host. */
  readonly root: boolean;
  /** Further groups' numeric ids. */
  readonly groupIds: readonly number[];
  /** Linux capabilities that it keeps, `net_admin`. */
  readonly capabilities: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  /** Signal that asks it to end in good order. */
  readonly stopSignal: string;
  /** Milliseconds after which it is killed when it does not end. */
  readonly stopTimeout: number;
  /** File kept at 0 while the process runs and at 1 while it does not; null for none. */
  readonly stateFile: string | null;
  /** Its share when the processor is fully used: a tenth of what others get, the usual one, or ten times as much. */
  readonly share: "less" | "usual" | "more";
  /** Files that are kept of its output, the bytes of each, and the bytes that may wait; null: as the kernel has it. */
  readonly output: { readonly files: number; readonly bytes: number; readonly waiting: number | null };
  /** Whether its supervisor leaves it down until told. */
  readonly manual: boolean;
}

/** Quotes a word for sh. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * Words that make a command run as the service: its user, no capability but those it keeps, also in whatever it starts,
 * and no way to more: uid 0 has nothing of its own (`noroot`), which is what a service is where there is one user only.
 */
export function asUser({ userId, groupIds, capabilities }: Supervised): string[] {
  const id = String(userId);
  const groups = groupIds.length === 0 ? ["--clear-groups"] : ["--groups", groupIds.join(",")];
  const kept = ["-all", ...capabilities.map((capability) => `+${capability}`)].join(",");
  return [
    "setpriv",
    ...(userId === 0 ? [] : ["--reuid", id, "--regid", id, ...groups]),
    ...["--no-new-privs", "--securebits", "+noroot,+noroot_locked"],
    ...["--inh-caps", kept, "--ambient-caps", kept, "--bounding-set", kept, "--"],
  ];
}

/** Folders of a host that are written from outside, and run or believed by its root. */
const settled = ["etc", "services", "site", "system"];

/**
 * What a service sees apart from the others of its host, where it is not root's: a /tmp of its own, no supervisor, and
 * nothing to write that the host's root runs or believes. Modes say so too, but not where there is one user only. It does
 * not start where that cannot be had.
 */
const apart = (service: Supervised): readonly string[] =>
  service.root
    ? []
    : [
        `[ "\${1-}" = apart ] || exec unshare --mount -- "$0" apart`,
        "set -e",
        "mount -t tmpfs -o mode=1777 tmpfs /tmp",
        "mount -t tmpfs -o mode=0555,size=4k tmpfs /run/scan",
        ...settled.map((name) => `mount --bind -o ro /run/host/${name} /run/host/${name}`),
        // Supervisors write what services say beside what services write themselves, in `own`.
        "mkdir -p /run/host/log/own /tmp/own",
        "mount --bind /run/host/log/own /tmp/own",
        "mount --bind -o ro /run/host/log /run/host/log",
        "mount --move /tmp/own /run/host/log/own",
        "rmdir /tmp/own",
        "mount -t tmpfs -o mode=1777 tmpfs /dev/shm",
        "mount --bind -o ro /proc/sys /proc/sys",
        // Who may write here may put other programs into the place of /bin.
        "mount -o remount,bind,ro /dev",
        "mount -o remount,bind,ro /",
        "set +e",
      ];

const writeState = ({ stateFile }: Supervised, state: 0 | 1) =>
  stateFile === null ? [] : [`echo ${state} >${quote(stateFile)}`];

/** Linux gives 110 of 1024 at 10, and 9548 at -10. */
const niceness = { less: 10, usual: 0, more: -10 };

/**
 * Each service is a session of its own, and where the kernel groups processes by session it is the group's value that
 * counts among services; elsewhere the process's own. Without root nobody gets more.
 */
function shareLines({ share }: Supervised): string[] {
  const value = niceness[share];
  return value === 0
    ? []
    : [
        `[ ! -w /proc/self/autogroup ] || echo ${value} 2>/dev/null >/proc/self/autogroup || true`,
        `renice -n ${value} -p $$ >/dev/null 2>&1 || true`,
      ];
}

function runScript(service: Supervised): string {
  const exports = Object.entries(service.environment).map(
    ([name, value]) => `export ${name}=${quote(value)}`,
  );
  const command = [...asUser(service), ...service.command].map(quote);
  return [
    "#!/bin/sh",
    "exec 2>&1",
    // First of all: the service's folder is read-only afterwards.
    `echo $$ >${groupFile}`,
    ...apart(service),
    ...shareLines(service),
    // As root as many open files as daemons want; else as many as this user may have.
    `ulimit -n ${openFiles} 2>/dev/null || ulimit -n "$(ulimit -Hn)"`,
    `cd ${quote(service.directory)}`,
    ...exports,
    ...writeState(service, 0),
    `exec ${command.join(" ")}`,
    "",
  ].join("\n");
}

/** File of a service folder in which its process writes its id, which is that of its process group too. */
const groupFile = "group";

/**
 * What may be left of a killed service: workers that still hold its port. They share its process group, whose id the
 * run script wrote down.
 */
function finishScript(service: Supervised): string {
  return [
    "#!/bin/sh",
    ...writeState(service, 1),
    `[ ! -s ${groupFile} ] || kill -KILL "-$(cat ${groupFile})" 2>/dev/null`,
    "exit 0",
    "",
  ].join("\n");
}

/** F_SETPIPE_SZ of Linux's fcntl.h; no shell has it. Where it is not permitted the pipe stays as it is. */
const setPipeSize = 1031;

function logScript(name: string, { output: { files, bytes, waiting } }: Supervised): string {
  const wider =
    waiting === null
      ? []
      : ["perl", "-e", `fcntl(STDIN, ${setPipeSize}, ${waiting}); exec { $ARGV[0] } @ARGV`];
  // By itself it makes several of a line of more than 8192 bytes.
  const command = [
    ...wider,
    "s6-log",
    "-b",
    "-l",
    String(keptLine),
    `n${files}`,
    `s${bytes}`,
    `/run/host/log/${name}`,
  ];
  return ["#!/bin/sh", `exec ${command.map(quote).join(" ")}`, ""].join("\n");
}

/** One file of a service folder. */
export interface ServiceFile {
  readonly path: string;
  readonly content: string;
  readonly executable: boolean;
}

/** The service folder of `name`. */
export function serviceFolder(name: string, service: Supervised): readonly ServiceFile[] {
  return [
    { path: "run", content: runScript(service), executable: true },
    { path: "finish", content: finishScript(service), executable: true },
    { path: "log/run", content: logScript(name, service), executable: true },
    { path: "down-signal", content: `${service.stopSignal}\n`, executable: false },
    { path: "timeout-kill", content: `${service.stopTimeout}\n`, executable: false },
    ...(service.manual ? [{ path: "down", content: "", executable: false }] : []),
  ];
}

/** Hash of a service folder: changes when the process has to be started anew. */
export function folderHash(files: readonly ServiceFile[]): string {
  return digestOf(JSON.stringify(files.filter(({ path }) => path !== "down")));
}

/**
 * Text of the commands that end a service and its supervisor, and remove its folder: out of the scanner's sight first,
 * which else starts another supervisor in the folder while it is being removed. Their end is waited for, but not for
 * ever: a logger lives as long as any process that the service has left behind holds its pipe. Pure.
 * @param how the options by which it is told to end
 */
export function unsupervise(scan: string, name: string, how: string): string {
  const [folder, gone] = [`${scan}/${name}`, `${scan}/.gone-${name}`];
  return `if [ -d ${folder} ]; then
  s6-svc ${how} ${folder} || true
  rm -rf ${gone}
  mv ${folder} ${gone}
  s6-svscanctl -an ${scan}
  s6-svc -xd ${gone} || true
  for turn in $(seq 40); do s6-svok ${gone} 2>/dev/null || s6-svok ${gone}/log 2>/dev/null || break; sleep 0.05; done
fi
rm -rf ${gone} || { sleep 0.5; rm -rf ${gone}; }`;
}
