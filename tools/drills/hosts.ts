/** The hosts of a stack on this machine: what they say of themselves, and what may be done to them. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { requireJson } from "../../config/json.ts";
import { runInHost, runInSandbox } from "../../provider/enter.ts";
import { type HostHandle, liveSandbox } from "../../provider/handles.ts";
import { type Finished, type RunOptions, until } from "../../provider/system.ts";
import { ask, type Target } from "./http.ts";

/** A stack that runs. */
export interface Running {
  /** The stack's folder, from the project's. */
  readonly directory: string;
  /** The site, for requests. */
  readonly site: Target;
}

/** A host's handle, by its name. */
export function hostOf(directory: string, name: string): HostHandle {
  const incarnation = liveSandbox(directory)?.incarnation ?? "";
  return { sandbox: { directory, incarnation }, name, number: 0 };
}

/** Runs a shell script inside a host. */
export function inHost(
  directory: string,
  name: string,
  script: string,
  options?: RunOptions,
): Promise<Finished> {
  return runInHost(hostOf(directory, name), ["sh", "-c", script], options);
}

/** Sends a signal to the supervised process of a service, by its id. */
export async function signalService(
  directory: string,
  host: string,
  service: string,
  signal: "KILL" | "STOP" | "CONT",
): Promise<void> {
  await inHost(directory, host, `kill -${signal} "$(s6-svstat -o pid /run/scan/${service})"`);
}

/** Cuts a host off, or connects it again: its link goes down or up, its processes go on. */
export async function setLink(directory: string, name: string, state: "up" | "down"): Promise<void> {
  await runInSandbox(directory, ["nsenter", `--net=/run/netns/${name}`, "ip", "link", "set", "eth0", state]);
}

/** The balancers that hold the virtual address; a lone balancer, whose own address it is, always. */
export async function activeBalancers(
  directory: string,
  balancers: readonly string[],
): Promise<readonly string[]> {
  if (balancers.length === 1) return balancers;
  const holds = await Promise.all(
    balancers.map(async (name) => {
      const { stdout } = await inHost(directory, name, "ip -o -4 address show dev eth0", { accept: "any" });
      return stdout.trim().split("\n").length > 1;
    }),
  );
  return balancers.filter((_, index) => holds[index]);
}

/** Waits until exactly one balancer holds the virtual address. @returns its name */
export async function untilOneBalancer(directory: string, balancers: readonly string[]): Promise<string> {
  let active: readonly string[] = [];
  await until("one balancer with the virtual address", 20_000, async () => {
    active = await activeBalancers(directory, balancers);
    return active.length === 1 ? null : `it is held by ${active.join(", ") || "none"}`;
  });
  return active[0] ?? "";
}

const written = z.object({ database: z.string() }).loose();

/**
 * The database node that takes writes now: it is asked with an entry.
 * @param author of the entry
 * @throws Error when the entry is not taken
 */
export async function writerOf(site: Target, author = "a drill"): Promise<string> {
  const token = randomUUID();
  const { status, body } = await ask(site, {
    method: "POST",
    path: "/api/entries",
    body: JSON.stringify({ author, text: "who is the writer", token }),
    headers: { "idempotency-key": token },
  });
  if (status !== 201 && status !== 200) throw new Error(`the site does not take an entry: ${status} ${body}`);
  return requireJson(body, written, "the answer to an entry", "the site keeps to site/README.md").database;
}

/** Runs SQL as the database's administrator on a host. @returns what it prints, a row a line; empty when it fails */
export async function sqlInHost(directory: string, name: string, sql: string): Promise<string> {
  const client = "mariadb --no-defaults --socket=/run/host/run/mariadb/mariadb.sock --user=root -BN";
  const { stdout } = await inHost(directory, name, client, { input: sql, accept: "any", timeout: 10_000 });
  return stdout.trim();
}

const wholeQuery =
  "SELECT GROUP_CONCAT(VARIABLE_VALUE ORDER BY VARIABLE_NAME), IF(@@GLOBAL.read_only, 'read-only', '') FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME IN ('WSREP_CLUSTER_SIZE','WSREP_CLUSTER_STATUS','WSREP_LOCAL_STATE_COMMENT')";

/** Waits until every database node is synced, in one primary component of full size, and may be written to. */
export async function untilDatabaseWhole(directory: string, nodes: readonly string[]): Promise<void> {
  await until("the whole database cluster", 120_000, async () => {
    for (const node of nodes) {
      const answer = await sqlInHost(directory, node, wholeQuery);
      if (answer !== `${nodes.length},Primary,Synced`) return `${node}: ${answer || "does not answer"}`;
    }
    return null;
  });
}
