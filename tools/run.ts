import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Problem } from "./problem.ts";

/** How a command is run. */
export interface RunOptions {
  /** Working directory; default: the caller's. */
  readonly cwd?: string;
  /** The whole environment; default: the caller's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Text for standard input; default: no input. */
  readonly input?: string;
  /** Ends the command with SIGTERM after so many milliseconds; default: never. */
  readonly timeoutMs?: number;
  /** Called with each line of standard output and standard error as it comes. */
  readonly onLine?: (line: string) => void;
}

/** What a command left behind. */
export interface RunResult {
  /** Exit code; 127 when the program could not be started, 128 + n after a signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

function exitCode(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signalNumbers[signal ?? ""] ?? 0);
}

/**
 * Runs a command to its end and collects its output. The only place of tools/ that starts processes, besides
 * `attach`. Never throws for a failing command.
 * @param argv program and arguments; no shell sees them
 */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [program = "", ...args] = argv;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["pipe", "pipe", "pipe"],
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const { onLine } = options;
    if (onLine) {
      createInterface({ input: child.stdout }).on("line", onLine);
      createInterface({ input: child.stderr }).on("line", onLine);
    }
    // A program that ends without reading its input closes the pipe: its exit code tells the story.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
    child.on("error", (error) => resolve({ code: 127, stdout, stderr: `${stderr}${error.message}` }));
    child.on("close", (code, signal) => resolve({ code: exitCode(code, signal), stdout, stderr }));
  });
}

/**
 * Like `run`, for commands that must succeed.
 * @param what subject of the error message
 * @returns standard output
 * @throws Problem with the command's last lines of output
 */
export async function runOrFail(
  what: string,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const result = await run(argv, options);
  if (result.code !== 0) {
    const tail = `${result.stdout}\n${result.stderr}`.trim().split("\n").slice(-15).join("\n    ");
    throw new Problem(`${what}: \`${argv.join(" ")}\` ended with code ${result.code}:\n    ${tail}`);
  }
  return result.stdout;
}

/**
 * Runs a command on the caller's terminal.
 * @param output where its standard output goes; default: standard output
 * @returns its exit code
 */
export function attach(
  argv: readonly string[],
  options: Pick<RunOptions, "cwd" | "env"> & { readonly output?: "stdout" | "stderr" } = {},
): Promise<number> {
  const [program = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["inherit", options.output === "stderr" ? 2 : 1, 2],
    });
    // The terminal tells the child itself; this process waits for it to finish cleanly.
    const ignore = (): void => undefined;
    const forward = (signal: NodeJS.Signals): void => {
      child.kill(signal);
    };
    const stopListening = (): void => {
      process.off("SIGINT", ignore).off("SIGTERM", forward).off("SIGHUP", forward);
    };
    process.on("SIGINT", ignore).on("SIGTERM", forward).on("SIGHUP", forward);
    child.on("error", (error) => {
      stopListening();
      reject(new Problem(`${program}: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      stopListening();
      resolve(exitCode(code, signal));
    });
  });
}
