/** What of the machine a stack might leave traces in. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { run } from "../../../tools/run.ts";
import { inUserland } from "../../../tools/userland/command.ts";

/** Names of things that exist on the machine, by kind. */
export interface Traces {
  readonly links: readonly string[];
  readonly namespaces: readonly string[];
  readonly rules: readonly string[];
  readonly mounts: readonly string[];
}

/** One process, told from another that gets its id later. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly started: string;
  readonly command: string;
  readonly parent: number;
  readonly session: number;
}

function identityOf(pid: number): ProcessIdentity | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z") return null;
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return {
      pid,
      parent: Number(fields[1]),
      session: Number(fields[3]),
      started: fields[19] ?? "",
      command,
    };
  } catch {
    return null;
  }
}

const allProcesses = (): readonly ProcessIdentity[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => identityOf(Number(name)) ?? []);

/** The processes of one session. */
export function inSession(session: number): readonly ProcessIdentity[] {
  return allProcesses().filter((process) => process.session === session);
}

/** A sandbox's first process, the one that started it, and everything below them: the ways out are beside it. */
export function familyOf(first: number): readonly ProcessIdentity[] {
  const all = allProcesses();
  const launcher = all.find(({ pid }) => pid === first)?.parent ?? 0;
  const family = new Set(launcher > 1 ? [launcher, first] : [first]);
  for (let grown = true; grown; ) {
    const more = all.filter(({ pid, parent }) => family.has(parent) && !family.has(pid));
    for (const { pid } of more) family.add(pid);
    grown = more.length > 0;
  }
  return all.filter(({ pid }) => family.has(pid));
}

/** Those of the processes that still run. */
export function stillRunning(processes: readonly ProcessIdentity[]): readonly string[] {
  return processes
    .filter(({ pid, started }) => identityOf(pid)?.started === started)
    .map(({ command }) => command);
}

/** What there is now. */
export async function traces(): Promise<Traces> {
  return {
    links: (await run(["ip", "-brief", "link"])).stdout.split("\n"),
    namespaces: existsSync("/run/netns") ? readdirSync("/run/netns").sort() : [],
    rules: (await run(inUserland(["nft", "--stateless", "list", "ruleset"]))).stdout.split("\n"),
    mounts: readFileSync("/proc/self/mounts", "utf8").split("\n").sort(),
  };
}

/** What of `after` was not there before, counting repeated ones; other things of the machine may have ended meanwhile. */
export function added(before: Traces, after: Traces): Partial<Traces> {
  const more = (old: readonly string[], now: readonly string[]) => {
    const left = [...old];
    return now.filter((one) => {
      const at = left.indexOf(one);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
  };
  const kinds = ["links", "namespaces", "rules", "mounts"] as const;
  return Object.fromEntries(
    kinds
      .map((kind) => [kind, more(before[kind], after[kind])] as const)
      .filter(([, extra]) => extra.length > 0),
  );
}
