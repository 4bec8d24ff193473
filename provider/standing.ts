/** Who stands in a stack, and who of them holds a database: what nothing may be taken away without. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { layoutUnder } from "../hosts/layout.ts";
import { databasePaths, databaseService } from "../hosts/mariadb/config.ts";
import { hostProc } from "./enter.ts";
import { type HostHandle, hostFolder } from "./handles.ts";
import { type HostPlace, handleOfPlace, hostPlaces } from "./hostRecords.ts";
import { restoredDirectory, statusOf, stopNode } from "./kinds/galeraCluster.ts";
import type { StandingHost } from "./standingHost.ts";

const root = "/run/host";
const layout = layoutUnder(root, "");
const { socket, dataDirectory, defaultsFile } = databasePaths(layout);
const data = posix.relative(root, dataDirectory);
const options = posix.relative(root, defaultsFile);
const service = databaseService(layout).name;

/** Says, in a host's folder, that its data may go although nobody else has it. */
const discardMark = (host: HostHandle) => join(hostFolder(host), "data/discard");

function holdsData(host: HostHandle): boolean {
  const places = [join(data, "mysql"), restoredDirectory({ dataDirectory: data })];
  return places.some((path) => existsSync(join(hostFolder(host), path)));
}

/** The database's name as the server's own options have it: what the cluster is called. */
function databaseOf(host: HostHandle): string | null {
  const file = join(hostFolder(host), options);
  if (!existsSync(file)) return null;
  return /^wsrep_cluster_name = (.+)$/m.exec(readFileSync(file, "utf8"))?.[1] ?? null;
}

async function standing(directory: string, place: HostPlace): Promise<StandingHost> {
  const host = handleOfPlace(directory, place);
  if (!holdsData(host)) return { ...place, data: "none", database: null };
  const { synced } = await statusOf({ socket }, host);
  return { ...place, data: synced ? "synced" : "held", database: databaseOf(host) };
}

/** Every host that stands. */
export async function standingIn(directory: string): Promise<readonly StandingHost[]> {
  return Promise.all(hostPlaces(directory).map((place) => standing(directory, place)));
}

/** Takes a database out of its cluster in good order: the others go on without it at once, and have all it had. */
export async function endDatabase(directory: string, place: HostPlace): Promise<void> {
  const host = handleOfPlace(directory, place);
  const folder = join(hostFolder(host), "services", service);
  // Not even a host that starts anew starts it.
  if (existsSync(folder)) writeFileSync(join(folder, "down"), "");
  if (hostProc(host) !== null) await stopNode({ service }, host);
}

/** Notes that the data of a host may go. */
export const permitLoss = (directory: string, place: HostPlace): void =>
  writeFileSync(discardMark(handleOfPlace(directory, place)), "");

/** Takes that back. */
export const forbidLoss = (directory: string, place: HostPlace): void =>
  rmSync(discardMark(handleOfPlace(directory, place)), { force: true });

/**
 * Why a host's folder must not be removed: it holds data that no running database has. Null when it may go.
 */
export async function lastCopy(host: HostHandle): Promise<string | null> {
  if (!holdsData(host) || existsSync(discardMark(host))) return null;
  const others = (await standingIn(host.sandbox.directory)).filter(({ name }) => name !== host.name);
  return others.some((other) => other.data === "synced")
    ? null
    : `${host.name} holds data of the database, and no other database server is synced`;
}
