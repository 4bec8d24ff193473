/** Which database node takes the writes now, as the web hosts' proxies have agreed. */
import { hostProc, runInHost } from "./enter.ts";
import { type HostHandle, hostsIn } from "./handles.ts";

/** Parses HAProxy's answer to `show table writer`; null when nobody has written yet. Pure. */
export function parseWriterTable(text: string): string | null {
  return /\bserver_key=(\S+)/.exec(text)?.[1] ?? null;
}

const socket = "/run/host/run/database-proxy/admin.sock";

/** Tells a host's database proxy a command of HAProxy's. @returns its answer; empty where the host has no such proxy */
export async function tellDatabaseProxy(host: HostHandle, command: string): Promise<string> {
  const script = `[ ! -S ${socket} ] || echo "${command}" | socat -t 2 - UNIX-CONNECT:${socket}`;
  const { stdout } = await runInHost(host, ["sh", "-c", script], { accept: "any", timeout: 5000 });
  return stdout;
}

/** Name of the writer of the stack that a database host belongs to; null when it cannot be told. */
export async function currentWriter(node: HostHandle): Promise<string | null> {
  const answers = await Promise.all(
    hostsIn(node.sandbox)
      .filter((host) => hostProc(host) !== null)
      .map((host) => tellDatabaseProxy(host, "show table writer")),
  );
  for (const answer of answers) {
    const writer = parseWriterTable(answer);
    if (writer !== null) return writer;
  }
  return null;
}
