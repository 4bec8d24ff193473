/** Looks at every host of a stack on this machine, all at once. */
import { X509Certificate } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { z } from "zod";
import { ports } from "../../hosts/ports.ts";
import { currentWriter } from "../../provider/databaseWriter.ts";
import { hostProc } from "../../provider/enter.ts";
import { hostFolder } from "../../provider/handles.ts";
import { statuses } from "../../provider/kinds/galeraCluster.ts";
import { serviceStates } from "../../provider/serviceStates.ts";
import { databaseOf } from "../database.ts";
import { activeBalancers, hostOf, inHost, type Running } from "../drills/hosts.ts";
import { ask } from "../drills/http.ts";
import { namesOf, type OneboxStack } from "../onebox/stack.ts";
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

const vector = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});
const firing = z.object({
  data: z.object({
    alerts: z.array(z.object({ state: z.string(), labels: z.object({ alertname: z.string() }).loose() })),
  }),
});

/** The answer of the monitor's Prometheus; null when there is none of that shape. */
async function prometheus<T>(
  directory: string,
  monitor: string | undefined,
  path: string,
  shape: z.ZodType<T>,
): Promise<T | null> {
  if (monitor === undefined || hostProc(hostOf(directory, monitor)) === null) return null;
  const url = `http://127.0.0.1:${ports.prometheus}/api/v1/${path}`;
  const { stdout } = await inHost(directory, monitor, `curl --silent --max-time 3 '${url}'`, {
    accept: "any",
  });
  try {
    return shape.parse(JSON.parse(stdout));
  } catch {
    return null;
  }
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
    databaseOf(stack.name).then(statuses),
    prometheus(directory, monitor, "query?query=site:requests:rate", vector),
    prometheus(directory, monitor, "alerts", firing),
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
  const sample = rate?.data.result[0]?.value[1];
  return {
    stack: stack.name,
    endpoint: `https://${live.site.name}:${live.site.port}`,
    site,
    writer,
    activeBalancer: active.length === 1 ? (active[0] ?? null) : null,
    databaseSynced: Object.fromEntries(
      namesOf(stack, "database").map((name, index) => [name, nodes[index]?.synced === true]),
    ),
    requestsPerSecond: sample === undefined ? null : Number(sample),
    alerts:
      alerts?.data.alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels.alertname) ??
      null,
    hosts,
  };
}
