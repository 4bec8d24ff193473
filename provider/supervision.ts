/** Text of the s6 service folders that run a host's services. Pure. */
import { keptLine } from "../hosts/limits.ts";
import { openFiles } from "../hosts/service.ts";
import { digestOf } from "./digest.ts";

/** How a process is run under supervision. */
export interface Supervised {
  readonly command: readonly string[];
  /** Numeric user and group id; 0 stays root of the host. */
  readonly userId: number;
  /** Further groups' numeric ids. */
  readonly groupIds: readonly number[];
  /** Linux capabilities that it keeps when it is not root, `net_admin`. */
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

/** Words that make a command run as the service's user; none for root. */
export function asUser({ userId, groupIds, capabilities }: Supervised): string[] {
  if (userId === 0) return [];
  const id = String(userId);
  if (capabilities.length === 0) return ["s6-applyuidgid", "-u", id, "-g", id, "-G", groupIds.join(",")];
  const kept = capabilities.map((capability) => `+${capability}`).join(",");
  const groups = groupIds.length === 0 ? ["--clear-groups"] : ["--groups", groupIds.join(",")];
  return [
    ...["setpriv", "--reuid", id, "--regid", id, ...groups],
    ...[
      "--inh-caps",
      `-all,${kept}`,
      "--ambient-caps",
      `-all,${kept}`,
      "--bounding-set",
      `-all,${kept}`,
      "--",
    ],
  ];
}

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
    `echo $$ >${groupFile}`,
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
