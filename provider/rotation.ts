/** Web servers that a change makes anew leave the balancers' rotation before they go. */
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { drainServerProgram } from "../hosts/haproxy/drain.ts";
import { webServerService } from "../hosts/nginx/web.ts";
import { hostProc, runInHost } from "./enter.ts";
import { type HostHandle, hostFolder } from "./handles.ts";
import { type HostPlace, handleOfPlace, hostPlaces } from "./hostRecords.ts";
import { hostRoot, layout } from "./keptBackups.ts";

const program = drainServerProgram(layout);
const within = (host: HostHandle, path: string) => join(hostFolder(host), posix.relative(hostRoot, path));

/** Whether a host serves the site behind the balancers. */
export const servesSite = (directory: string, place: HostPlace): boolean =>
  existsSync(join(hostFolder(handleOfPlace(directory, place)), "services", webServerService(layout).name));

/** Says, in a host's folder, that the balancers were told to send it nothing. */
const outMark = (host: HostHandle) => join(hostFolder(host), "data/out-of-rotation");

/** The balancers that run: each has a rotation of its own. */
const balancersOf = (directory: string): readonly HostHandle[] =>
  hostPlaces(directory)
    .map((place) => handleOfPlace(directory, place))
    .filter((host) => existsSync(within(host, program)) && hostProc(host) !== null);

/** Above the longest that a drain may be set to wait, milliseconds: the program itself ends the wait. */
export const longestDrain = 3_700_000;

/** Takes a web server out of every balancer's rotation, and waits for what it has under way. */
async function takeOut(directory: string, host: HostHandle): Promise<void> {
  // Before it is so: an interrupted run leaves nothing out that nobody knows of.
  writeFileSync(outMark(host), "");
  await Promise.all(
    balancersOf(directory).map((balancer) =>
      runInHost(balancer, [program, host.name, "drain"], { timeout: longestDrain }),
    ),
  );
}

/** Puts those back that were taken out and go nowhere. Whether they may serve is for the health checks to say. */
export async function putBack(directory: string, places: readonly HostPlace[]): Promise<void> {
  const out = places
    .map((place) => handleOfPlace(directory, place))
    .filter((host) => existsSync(outMark(host)));
  for (const host of out) {
    await Promise.allSettled(
      balancersOf(directory).map((balancer) => runInHost(balancer, [program, host.name, "ready"])),
    );
    rmSync(outMark(host), { force: true });
  }
}

/**
 * Takes web servers out of rotation, one after the other, so that the last healthy one is never among them.
 * @throws Error when one of them is the only one that may serve; then all are back
 */
export async function takeAllOut(directory: string, places: readonly HostPlace[]): Promise<void> {
  try {
    for (const place of places) await takeOut(directory, handleOfPlace(directory, place));
  } catch (error) {
    await putBack(directory, places);
    throw error;
  }
}
