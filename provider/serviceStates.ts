/** What a host's supervisor says of its services: asked once for all resources that look at the same time. */
import { runInHost } from "./enter.ts";
import type { HostHandle } from "./handles.ts";

/** One service as its supervisor sees it. */
export interface ServiceState {
  readonly up: boolean;
  /** Whether the supervisor is told to keep it up. */
  readonly wanted: boolean;
  readonly pid: number;
}

const script = `cd /run/scan && for service in */; do
  echo "\${service%/} $(s6-svstat -o up,wantedup,pid "$service" 2>/dev/null)"
done`;

/** Parses lines of `name up wanted pid`; services without an answer are left out. Pure. */
export function parseStates(text: string): ReadonlyMap<string, ServiceState> {
  return new Map(
    text.split("\n").flatMap((line) => {
      const [name, up, wanted, pid] = line.trim().split(" ");
      return name && up && wanted && pid
        ? [[name, { up: up === "true", wanted: wanted === "true", pid: Number(pid) }] as const]
        : [];
    }),
  );
}

/** Milliseconds for which an answer serves; all reads of one refresh come within it. */
const fresh = 250;
const answers = new Map<
  string,
  { readonly at: number; readonly states: Promise<ReadonlyMap<string, ServiceState>> }
>();

const keyOf = (host: HostHandle) => `${host.sandbox.directory}/${host.name}`;

/** To be called after every change to a host's services: what was known of them may not hold any more. */
export function forgetServiceStates(host: HostHandle): void {
  answers.delete(keyOf(host));
}

/** The states of a host's services, at most a quarter of a second old. */
export function serviceStates(host: HostHandle): Promise<ReadonlyMap<string, ServiceState>> {
  const key = keyOf(host);
  const known = answers.get(key);
  if (known && Date.now() - known.at < fresh) return known.states;
  const states = runInHost(host, ["sh", "-c", script], { accept: "any" }).then(({ stdout }) =>
    parseStates(stdout),
  );
  answers.set(key, { at: Date.now(), states });
  // A host that did not answer may answer the next moment.
  states.catch(() => forgetServiceStates(host));
  return states;
}
