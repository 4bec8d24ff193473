/** How resources name the sandbox and the host they belong to. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { inOtherUserNamespace, startTime } from "./system.ts";

/** Name of a host or a bridge: a link's name, 15 characters at most, that also stands in scripts and file names. */
export const linkName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,14}$/, "1 to 15 lower-case letters, digits and hyphens, the first a letter");

/** A stack's sandbox. `incarnation` changes whenever it is started anew, so that all that lived in it is made again. */
export const sandboxHandle = z.strictObject({ directory: z.string(), incarnation: z.string() });
export type SandboxHandle = z.infer<typeof sandboxHandle>;

/** A host within a sandbox. `number` is its place in the stack's range, unique. */
export const hostHandle = z.strictObject({ sandbox: sandboxHandle, name: linkName, number: z.int() });
export type HostHandle = z.infer<typeof hostHandle>;

/** The project's folder: relative directories are meant from here. */
export const project = resolve(import.meta.dirname, "..");

/** The stack's folder on this machine. */
export const stackFolder = (directory: string): string => resolve(project, directory);

/** A host's own folder on this machine; inside the host it is /run/host. */
export const hostFolder = (host: HostHandle): string =>
  join(stackFolder(host.sandbox.directory), "hosts", host.name);

/** Where the supervisor of the ways out of a sandbox looks: a folder for each. */
export const exitsScan = (directory: string): string => join(stackFolder(directory), "exits");

/** What the sandbox's first process says, and those of its hosts. */
export const sandboxLog = (directory: string): string => join(stackFolder(directory), "sandbox.log");

/** Hosts of a sandbox, by what lies on disk of them; their numbers are not told. */
export function hostsIn(sandbox: SandboxHandle): readonly HostHandle[] {
  return readdirSync(join(stackFolder(sandbox.directory), "hosts"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ sandbox, name, number: 0 }));
}

/** A running sandbox's first process. */
export interface Live {
  readonly pid: number;
  readonly incarnation: string;
  /** Whether it has a user namespace of its own: it was started without root. */
  readonly rootless: boolean;
}

const bootId = (): string => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

/** What makes a start of a process unlike any other on this machine: boot, process id, start time. */
const incarnationOf = (pid: number): string => `${bootId()}:${pid}:${startTime(pid) ?? "ended"}`;

/** The sandbox's first process if it runs, found by what it said of itself when it started; null if it does not. */
export function liveSandbox(directory: string): Live | null {
  try {
    const incarnation = readFileSync(join(stackFolder(directory), "incarnation"), "utf8");
    const pid = Number(incarnation.split(":")[1]);
    return incarnation === incarnationOf(pid)
      ? { pid, incarnation, rootless: inOtherUserNamespace(pid) }
      : null;
  } catch {
    return null;
  }
}

/** The sandbox's first process. @throws Error when it does not run. */
export function requireSandbox(directory: string): Live {
  const live = liveSandbox(directory);
  if (live === null) throw new Error(`the sandbox of ${directory} does not run; run \`up\` again`);
  return live;
}
