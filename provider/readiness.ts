/** When a service is ready. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { EndingsWatch, lastWords } from "./endings.ts";
import { hostProc, runInHost } from "./enter.ts";
import type { HostHandle } from "./handles.ts";
import { messageOf, until } from "./system.ts";

/** A TCP port or a Unix socket that is listened on, or a command that succeeds. */
export const readiness = z.union([
  z.strictObject({ port: z.int() }),
  z.strictObject({ socket: z.string() }),
  z.strictObject({ command: z.array(z.string()) }),
]);
export type Readiness = z.infer<typeof readiness>;

/** Whether /proc/net/tcp text shows a listener (state 0A) on the port. Pure. */
export function listens(table: string, port: number): boolean {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return table.split("\n").some((line) => {
    const [, local, , state] = line.trim().split(/\s+/);
    return state === "0A" && local !== undefined && local.endsWith(suffix);
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

async function missing(host: HostHandle, condition: Readiness): Promise<string | null> {
  const proc = hostProc(host);
  if (proc === null) return `host ${host.name} is down`;
  if ("port" in condition) {
    const found = ["tcp", "tcp6"].some((table) => listens(textOf(`${proc}/net/${table}`), condition.port));
    return found ? null : `nothing listens on port ${condition.port}`;
  }
  if ("socket" in condition) {
    const found = textOf(`${proc}/net/unix`)
      .split("\n")
      .some((line) => line.endsWith(` ${condition.socket}`));
    return found ? null : `nothing listens on ${condition.socket}`;
  }
  const { code, stdout, stderr } = await runInHost(host, condition.command, {
    accept: "any",
    timeout: 10_000,
  });
  return code === 0
    ? null
    : `${condition.command.slice(0, 3).join(" ")}: ${`${stderr}${stdout}`.trim().slice(-400) || `exit code ${code}`}`;
}

/** Whether the service is ready now. */
export async function isReady(host: HostHandle, condition: Readiness): Promise<boolean> {
  return (await missing(host, condition)) === null;
}

/**
 * Waits until the service is ready.
 * @throws Error when it keeps ending, or with what is missing after `timeout` milliseconds; its last words with it
 */
export async function untilReady(
  host: HostHandle,
  service: string,
  condition: Readiness,
  timeout: number,
): Promise<void> {
  const watch = EndingsWatch.inHost(host);
  try {
    await until(service, timeout, async () => {
      const found = await missing(host, condition);
      if (found !== null) await watch.requireLasting(service);
      return found;
    });
  } catch (error) {
    throw new Error(`${host.name}: ${messageOf(error)}${lastWords(host, service)}`);
  }
}
