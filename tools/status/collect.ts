/** Looks at every host of a stack on this machine, all at once. */
import { X509Certificate } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { currentWriter } from "../../provider/databaseWriter.ts";
import { hostProc } from "../../provider/enter.ts";
import { hostFolder, liveSandbox } from "../../provider/handles.ts";
import { statuses } from "../../provider/kinds/galeraCluster.ts";
import { serviceStates } from "../../provider/serviceStates.ts";
import { databaseOf } from "../database.ts";
import { activeBalancers, hostOf, inHost, type Running } from "../drills/hosts.ts";
import { ask } from "../drills/http.ts";
import { alertsOf, requestRate } from "../onebox/prometheus.ts";
import { namesOf, type OneboxStack } from "../onebox/stack.ts";
import { ageFile } from "../userland/tree.ts";
import type { HostStatus, StackStatus } from "./report.ts";

/** Of every process of a host: its memory, shared parts divided among those who share them. */
const memoryScript =
  "cat /proc/[0-9]*/smaps_rollup 2>/dev/null | awk '/^Pss:/ { sum += $2 } END { printf \"%d\", sum * 1024 }'";

const dayMs = 86_400_000;

/** Whole days until the first of a host's certificates ends; null without one. */
export function certificateDays(folder: string, now: number): number | null {
  const ends = globSync(`${folder}/etc/*/tls/certificate.pem`).map((path) =>
    Date.parse(new X509Certificate(readFileSync(path)).validTo),
  );
  return ends.length === 0 ? null : Math.floor((Math.min(...ends) - now) / dayMs);
}

type Server = Pick<HostStatus, "name" | "role" | "zone">;

async function lookAt(directory: string, server: Server, duty: string): Promise<HostStatus> {
  const host = hostOf(directory, server.name);
  const days = existsSync(hostFolder(host)) ? certificateDays(hostFolder(host), Date.now()) : null;
  const down = {
    ...server,
    up: false,
    servicesUp: [],
    servicesDown: [],
    memory: 0,
    duty: "",
    certificateDays: days,
  };
  if (hostProc(host) === null) return down;
  const [states, memory] = await Promise.all([
    serviceStates(host),
    inHost(directory, server.name, memoryScript, { accept: "any" }),
  ]);
  const names = (up: boolean) => [...states].filter(([, state]) => state.up === up).map(([name]) => name);
  return {
    ...down,
    up: true,
    servicesUp: names(true),
    servicesDown: names(false),
    memory: Number(memory.stdout),
    duty,
  };
}

async function askSite({ site }: Running): Promise<StackStatus["site"]> {
  const begun = Date.now();
  try {
    const { status } = await ask(site, { path: "/health/ready", timeout: 5000 });
    return { ok: status === 200, answer: String(status), milliseconds: Date.now() - begun };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, answer: why, milliseconds: Date.now() - begun };
  }
}

/** When Debian's lists were read that the running hosts' programs are of. */
function userlandMade(directory: string): Date | null {
  const live = liveSandbox(directory);
  const file = live === null ? "" : `/proc/${live.pid}/root/${ageFile}`;
  const made = new Date(existsSync(file) ? readFileSync(file, "utf8").trim() : Number.NaN);
  return Number.isNaN(made.getTime()) ? null : made;
}

/** How a stack is now. */
export async function statusOf(stack: OneboxStack, live: Running): Promise<StackStatus> {
  const { directory, settings } = stack;
  const balancers = namesOf(stack, "balancer").filter((name) => hostProc(hostOf(directory, name)) !== null);
  const [monitor] = namesOf(stack, "monitor");
  const [firstDatabase] = namesOf(stack, "database");
  const [site, active, writer, nodes, rate, alerts] = await Promise.all([
    askSite(live),
    activeBalancers(directory, balancers),
    firstDatabase === undefined ? null : currentWriter(hostOf(directory, firstDatabase)),
    databaseOf(stack.name, stack.env).then(statuses),
    requestRate(directory, monitor),
    alertsOf(directory, monitor),
  ]);
  const duties: Readonly<Record<string, string>> = {
    ...(writer === null ? {} : { [writer]: "writer" }),
    ...Object.fromEntries(active.map((name) => [name, "active"])),
  };
  const hosts = await Promise.all(
    settings.servers.map(({ name, role, zone }) =>
      lookAt(directory, { name, role, zone }, duties[name] ?? ""),
    ),
  );
  return {
    stack: stack.name,
    endpoint: `https://${live.site.name}:${live.site.port}`,
    site,
    writer,
    activeBalancer: active.length === 1 ? (active[0] ?? null) : null,
    databaseSynced: Object.fromEntries(
      namesOf(stack, "database").map((name, index) => [name, nodes[index]?.synced === true]),
    ),
    requestsPerSecond: rate,
    alerts: alerts?.filter(({ firing }) => firing).map(({ name }) => name) ?? null,
    databaseReadOnly: namesOf(stack, "database").filter((_, index) => nodes[index]?.readOnly),
    userlandMade: userlandMade(directory),
    hosts,
  };
}
