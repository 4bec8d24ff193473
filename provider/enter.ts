/** Command lines that run inside a sandbox or inside one of its hosts. */
import { readFileSync } from "node:fs";
import { type HostHandle, type Live, liveSandbox, requireSandbox } from "./handles.ts";
import { type Finished, type RunOptions, run } from "./system.ts";

/** nsenter into a sandbox, then `argv`. Pure. */
export function sandboxCommand(live: Pick<Live, "pid" | "rootless">, argv: readonly string[]): string[] {
  const user = live.rootless ? ["--user", "--preserve-credentials"] : [];
  return ["nsenter", "--target", String(live.pid), ...user, "--mount", "--net", "--pid", "--", ...argv];
}

/** nsenter into a host, `hostPid` being its first process as the sandbox counts, then `argv`. Pure. */
export function hostCommand(
  live: Pick<Live, "pid" | "rootless">,
  hostPid: number,
  argv: readonly string[],
): string[] {
  const target = [
    "nsenter",
    "--target",
    String(hostPid),
    "--mount",
    "--net",
    "--pid",
    "--uts",
    "--ipc",
    "--",
    ...argv,
  ];
  return sandboxCommand(live, target);
}

/** Runs a command inside the sandbox. */
export function runInSandbox(
  directory: string,
  argv: readonly string[],
  options?: RunOptions,
): Promise<Finished> {
  return run(sandboxCommand(requireSandbox(directory), argv), options);
}

/** The sandbox's own /run as this machine sees it. */
export const runFolder = (live: Live): string => `/proc/${live.pid}/root/run`;

/** A host's first process as the sandbox counts; null when the host is down. */
export function hostPid(live: Live, name: string): number | null {
  try {
    const pid = Number(readFileSync(`${runFolder(live)}/hosts/${name}`, "utf8").trim());
    readFileSync(`/proc/${live.pid}/root/proc/${pid}/stat`);
    return pid;
  } catch {
    return null;
  }
}

/** A host's /proc/<first process>, as this machine sees it; null when the host is down. */
export function hostProc(host: HostHandle): string | null {
  const live = liveSandbox(host.sandbox.directory);
  const pid = live === null ? null : hostPid(live, host.name);
  return live === null || pid === null ? null : `/proc/${live.pid}/root/proc/${pid}`;
}

/** Runs a command inside a host. @throws Error when the host is down. */
export function runInHost(
  host: HostHandle,
  argv: readonly string[],
  options?: RunOptions,
): Promise<Finished> {
  const live = requireSandbox(host.sandbox.directory);
  const pid = hostPid(live, host.name);
  if (pid === null) return Promise.reject(new Error(`host ${host.name} is down; run \`up\` again`));
  return run(hostCommand(live, pid, argv), options);
}
