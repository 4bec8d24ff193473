/**
 * Who belongs to a stack. Before anything else changes, a database server that goes leaves its cluster, and a web server
 * that is made anew leaves the balancers' rotation.
 */
import { z } from "zod";
import { linkName, requireSandbox, sandboxHandle } from "../handles.ts";
import { type HostPlace, hostPlaces } from "../hostRecords.ts";
import { type Kind, keptWhole, Refusal } from "../kind.ts";
import { putBack, servesSite, takeAllOut } from "../rotation.ts";
import { endDatabase, forbidLoss, permitLoss, standingIn } from "../standing.ts";

const inputs = z.strictObject({
  sandbox: sandboxHandle,
  /** Name → place of every host. */
  hosts: z.record(linkName, z.strictObject({ number: z.int(), address: z.string() })),
  /** Hosts whose data may go although nobody else has it. */
  discard: z.array(z.string()),
});
export type RosterInputs = z.infer<typeof inputs>;

/** Whether a host goes, for good or to be made anew at another place. */
function goes({ name, number, address }: HostPlace, { hosts }: RosterInputs): boolean {
  const wanted = hosts[name];
  return wanted === undefined || wanted.number !== number || wanted.address !== address;
}

/**
 * Web servers that go first and come back at another place: nothing may be on its way to them then. One that goes for good
 * serves until the balancers have let go of it. Where all are made anew at once nobody is left to serve meanwhile.
 */
function movingWebServers(wanted: RosterInputs, places: readonly HostPlace[]): readonly HostPlace[] {
  const serving = places.filter((place) => servesSite(wanted.sandbox.directory, place));
  const moving = serving.filter((place) => wanted.hosts[place.name] !== undefined && goes(place, wanted));
  return moving.length < serving.length ? moving : [];
}

export const roster: Kind<RosterInputs> = {
  type: "onebox:index:Roster",
  ...keptWhole(inputs),
  replaceOn: ["sandbox.directory"],
  id: ({ sandbox }) => `${sandbox.directory}/roster`,

  async ensure(wanted) {
    const { directory } = wanted.sandbox;
    requireSandbox(directory);
    const places = hostPlaces(directory);
    for (const place of places)
      (wanted.discard.includes(place.name) ? permitLoss : forbidLoss)(directory, place);
    const standing = await standingIn(directory);
    const going = standing.filter((host) => host.data !== "none" && goes(host, wanted));
    const stays = standing.some((host) => host.data === "synced" && !goes(host, wanted));
    for (const host of going) {
      // In a sandbox that has just been started nobody runs: there the removal of the host asks once more.
      if (host.data === "synced" && !stays && !wanted.discard.includes(host.name))
        throw new Refusal(`${host.name} is not taken away: no database server that stays is synced`);
    }
    await putBack(
      directory,
      places.filter((place) => !goes(place, wanted)),
    );
    await takeAllOut(directory, movingWebServers(wanted, places));
    for (const host of going) await endDatabase(directory, host);
    return {};
  },

  async observe() {
    return [];
  },

  async remove() {
    // Nothing of its own to remove: it only orders what others do.
  },
};
