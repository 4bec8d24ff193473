/** The processes of a stack's hosts: which service each belongs to, its memory and its time on the processor. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { hostProc } from "../../provider/enter.ts";
import type { TestStack } from "../onebox/support/stack.ts";

/** One process as this machine sees it. */
export interface HostProcess {
  readonly host: string;
  /** Service whose supervisor started it or its ancestors; null for the host's own processes. */
  readonly service: string | null;
  readonly pid: number;
  /** Proportional set size: shared pages are divided among those who share them. MB. */
  readonly megabytes: number;
  /** Its own time on the processor and that of its ended children, seconds. */
  readonly cpuSeconds: number;
}

interface Raw {
  readonly pid: number;
  readonly parent: number;
  readonly namespace: string;
  readonly command: string;
  readonly megabytes: number;
  readonly cpuSeconds: number;
}

/** Linux reports process times in hundredths of a second on every architecture. */
const ticksPerSecond = 100;

function rawOf(pid: number): Raw | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return {
      pid,
      parent: Number(fields[1]),
      namespace: readlinkSync(`/proc/${pid}/ns/pid`),
      command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim(),
      megabytes: Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024,
      cpuSeconds: fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond,
    };
  } catch {
    return null;
  }
}

/** The service that a process belongs to, by the nearest supervisor above it. */
function serviceOf(process: Raw, all: ReadonlyMap<number, Raw>): string | null {
  for (let one: Raw | undefined = process; one; one = all.get(one.parent)) {
    const supervised = /^s6-supervise ([\w-]+)/.exec(one.command)?.[1];
    if (supervised !== undefined && one.namespace === process.namespace) return supervised;
  }
  return null;
}

/** Every process of these hosts. */
export function processesOf(stack: TestStack, hosts: readonly string[]): readonly HostProcess[] {
  const named = new Map(
    hosts.map((name) => [readlinkSync(`${hostProc(stack.host(name)) ?? ""}/ns/pid`), name] as const),
  );
  const all = new Map(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => rawOf(Number(name)) ?? [])
      .map((raw) => [raw.pid, raw] as const),
  );
  return [...all.values()].flatMap((raw) => {
    const host = named.get(raw.namespace);
    const { pid, megabytes, cpuSeconds } = raw;
    return host === undefined ? [] : [{ host, service: serviceOf(raw, all), pid, megabytes, cpuSeconds }];
  });
}

/** A sum over processes. */
export const sum = (processes: readonly HostProcess[], of: "megabytes" | "cpuSeconds"): number =>
  processes.reduce((all, each) => all + each[of], 0);
