/** Who belongs to a stack: whoever does not any more leaves the database's cluster before anything else changes. */
import { z } from "zod";
import { linkName, requireSandbox, sandboxHandle } from "../handles.ts";
import { type HostPlace, hostPlaces } from "../hostRecords.ts";
import { type Kind, keptWhole, Refusal } from "../kind.ts";
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

export const roster: Kind<RosterInputs> = {
  type: "onebox:index:Roster",
  ...keptWhole(inputs),
  replaceOn: ["sandbox.directory"],
  id: ({ sandbox }) => `${sandbox.directory}/roster`,

  async ensure(wanted) {
    const { directory } = wanted.sandbox;
    requireSandbox(directory);
    for (const place of hostPlaces(directory))
      (wanted.discard.includes(place.name) ? permitLoss : forbidLoss)(directory, place);
    const standing = await standingIn(directory);
    const going = standing.filter((host) => host.data !== "none" && goes(host, wanted));
    const stays = standing.some((host) => host.data === "synced" && !goes(host, wanted));
    for (const host of going) {
      // In a sandbox that has just been started nobody runs: there the removal of the host asks once more.
      if (host.data === "synced" && !stays && !wanted.discard.includes(host.name))
        throw new Refusal(`${host.name} is not taken away: no database server that stays is synced`);
      await endDatabase(directory, host);
    }
    return {};
  },

  async observe() {
    return [];
  },

  async remove() {
    // Nothing of its own to remove: it only orders what others do.
  },
};
