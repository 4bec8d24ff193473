/** A supervised process of a host, whatever supervises it. */
import type { ServiceUser } from "./layout.ts";

/** Files that a service may have open: two for each connection that it passes on, and what it keeps open besides. */
export const openFiles = 65_536;

/** When a service counts as started. */
export type Readiness =
  | { readonly port: number }
  | { readonly socket: string }
  | { readonly command: readonly string[] };

/** Files that a supervisor keeps of what a process says: how many, and how large each becomes, bytes. */
export interface KeptOutput {
  readonly files: number;
  readonly bytes: number;
  /** Bytes that may wait to be written there, at most 1 MiB; null: as many as the kernel gives (64 KiB). */
  readonly waiting: number | null;
}

/** What is run, as whom, and how it ends, reloads and is checked. */
export interface ServiceSpec {
  readonly name: string;
  /** Never holds a secret: everyone on the host can read process arguments. */
  readonly command: readonly string[];
  readonly user: ServiceUser;
  /** Linux capabilities that it keeps, `net_admin`; root has no others either. */
  readonly capabilities: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Signal that asks it to end in good order. */
  readonly stopSignal: "TERM" | "QUIT" | "USR1" | "INT";
  /** Milliseconds after which it is killed when it does not end. */
  readonly stopTimeout: number;
  /** How it takes up changed files: a signal that loses no request, a restart, or not at all (it looks by itself). */
  readonly reload: "HUP" | "USR1" | "USR2" | "restart" | "none";
  /** Checks its files; must succeed before it is started or reloaded. */
  readonly validate: readonly string[] | null;
  readonly ready: Readiness | null;
  /** File that the supervisor keeps at 0 while the process runs and at 1 while it does not; null for none. */
  readonly stateFile: string | null;
  /**
   * Its share when the processor is fully used: a tenth of what others get (what may be late but not lost), the usual
   * one, or ten times as much (what others time out without), where the supervisor may give that.
   */
  readonly share: "less" | "usual" | "more";
  readonly output: KeptOutput;
}

/** Who reads the output follows the newest file and finishes the one before it, so that it may be behind by one file. */
const usualOutput: KeptOutput = { files: 4, bytes: 4_000_000, waiting: null };

/** A service with the usual end (TERM, 5 s), no capabilities, no environment, restarted when its files change. */
export function serviceSpec(
  given: Pick<ServiceSpec, "name" | "command" | "user"> & Partial<ServiceSpec>,
): ServiceSpec {
  return {
    capabilities: [],
    environment: {},
    stopSignal: "TERM",
    stopTimeout: 5000,
    reload: "restart",
    validate: null,
    ready: null,
    stateFile: null,
    share: "usual",
    output: usualOutput,
    ...given,
  };
}
