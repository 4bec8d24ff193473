/** The only file of the provider that runs commands and ends processes. */
import { spawn } from "node:child_process";
import { closeSync, constants, openSync, readFileSync, readlinkSync, writeSync } from "node:fs";

/**
 * What commands find in their environment, whoever runs the CLI: an ordinary user has no sbin on the path, and the
 * CLI's own variables hold secrets.
 */
const environment = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8" };

/** What a finished command left. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What an error says. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** How a command is run. */
export interface RunOptions {
  /** Text for standard input; secrets go this way, never as arguments. */
  readonly input?: string;
  /** Milliseconds until it is killed; default 60 000. */
  readonly timeout?: number;
  /** Exit codes that are no failure; default only 0. `any` takes all. */
  readonly accept?: readonly number[] | "any";
}

/** A command that failed: its name and what it said, never its input. */
export class CommandError extends Error {}

/** A command that was ended because its time was up. */
export class CommandLate extends CommandError {}

/** Ends a process group at once: nsenter and unshare leave their children behind when only they are killed. */
function killGroup(pid: number | undefined): void {
  if (pid !== undefined) kill(-pid);
}

/** Runs a command to its end. @throws CommandError when its exit code is not accepted or time is up. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const [command = "", ...rest] = argv;
  const { input = "", timeout = 60_000, accept = [0] } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, { env: environment, stdio: ["pipe", "pipe", "pipe"], detached: true });
    let late = false;
    const limit = setTimeout(() => {
      late = true;
      killGroup(child.pid);
    }, timeout);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", (error) => {
      clearTimeout(limit);
      reject(new CommandError(`${command} cannot be run: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      clearTimeout(limit);
      if (code !== null && (accept === "any" || accept.includes(code))) resolve({ code, stdout, stderr });
      else {
        const how = signal === null ? `exit code ${code}` : `ended by ${signal}`;
        const end = late ? `not done within ${timeout} ms` : how;
        const said = `${stderr}${stdout}`.trim().split("\n").slice(-12).join("\n");
        reject(new (late ? CommandLate : CommandError)(`${argv.slice(0, 60).join(" ")}: ${end}\n${said}`));
      }
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

/** Starts a command that outlives this process, its output appended to an open file. Returns its process id. */
export function startDetached(argv: readonly string[], outputDescriptor: number): number {
  const [command = "", ...rest] = argv;
  const child = spawn(command, rest, {
    detached: true,
    stdio: ["ignore", outputDescriptor, outputDescriptor],
    cwd: "/",
    env: environment,
  });
  child.on("error", () => undefined);
  child.unref();
  return child.pid ?? 0;
}

/** Writes words into a pipe that a process listens on by its name. @returns whether somebody listens */
export function tell(pipe: string, words: string): boolean {
  try {
    const descriptor = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      writeSync(descriptor, words);
    } finally {
      closeSync(descriptor);
    }
    return true;
  } catch {
    return false;
  }
}

/** Ends one process at once (a group by its negative id); silently when it is not there. */
export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** The fields of proc(5) stat from the third on, after the name, which may hold spaces; empty when there is no such process. */
function statOf(pid: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? [] : fields;
  } catch {
    return [];
  }
}

/** When a process began, in clock ticks since boot (field 22); null when there is no such process. */
export const startTime = (pid: number): string | null => statOf(pid)[19] ?? null;

/** A process's parent (field 4); 0 when there is no such process. */
export const parentOf = (pid: number): number => Number(statOf(pid)[1] ?? 0);

/** A process's name (proc(5) comm); empty when there is no such process. */
export function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
}

/** Whether a process lives in a user namespace other than ours. */
export function inOtherUserNamespace(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/user`) !== readlinkSync("/proc/self/ns/user");
  } catch {
    return false;
  }
}

/** Waits for `ms` milliseconds: the pause between two looks at a condition. */
export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Looks at a condition until it holds.
 * @param look returns null when it holds, else what is missing.
 * @throws Error with what is missing when `timeout` milliseconds have passed.
 */
export async function until(
  what: string,
  timeout: number,
  look: () => Promise<string | null> | string | null,
): Promise<void> {
  const end = Date.now() + timeout;
  for (let wait = 5; ; wait = Math.min(wait * 1.5, 200)) {
    const missing = await look();
    if (missing === null) return;
    if (Date.now() > end) throw new Error(`${what} was not reached within ${timeout / 1000} s: ${missing}`);
    await pause(wait);
  }
}

/** Milliseconds between two looks at whether something moves. */
const lookEvery = 5000;

/** Tells when something has stood still for too long. */
export class Stillness {
  readonly #limit: number;
  readonly #markOf: () => string;
  #mark: string;
  #moved = Date.now();
  #looked = Date.now();

  /**
   * @param limit milliseconds
   * @param markOf gives a text that changes when the thing moves
   */
  constructor(limit: number, markOf: () => string) {
    this.#limit = limit;
    this.#markOf = markOf;
    this.#mark = markOf();
  }

  /** Looks, at most every few seconds. @returns whether it has stood still for longer than the limit */
  look(): boolean {
    const now = Date.now();
    if (now - this.#looked < Math.min(lookEvery, this.#limit)) return false;
    this.#looked = now;
    const mark = this.#markOf();
    if (mark !== this.#mark) this.#moved = now;
    this.#mark = mark;
    return now - this.#moved >= this.#limit;
  }
}
