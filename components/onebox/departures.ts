/**
 * Which database servers a change may take away: the last copies of the data are nobody's to lose by accident. And what
 * a change of web servers costs. Pure.
 */
import { pathText, setCommand } from "../../config/commands.ts";
import type { Finding } from "../../config/findings.ts";
import type { StandingHost } from "../../provider/sdk/index.ts";
import { type Member, ofTier } from "../members.ts";
import type { AddressPlan } from "./addresses.ts";

const listed = (names: readonly string[]) => names.join(" and ");

/** What a change does to a server that stands. */
function fateOf({ name, number }: StandingHost, plan: AddressPlan): string {
  const wanted = plan.places[name];
  if (wanted === undefined) return "it is not in the configuration any more";
  return wanted.number === number ? "foobar:network.range changes its address" : "its zone or role changes";
}

/**
 * What stands against the change, a finding for each database server that would go and must not.
 *
 * A database server goes when its line does, or when it would be made anew at another place. It may, while as many
 * that stay and are synced are a majority: of those there are, or of those there shall be, whichever are fewer. So one
 * of three may be replaced, and three may become one.
 * @param discard names of servers whose data may be lost
 */
export function departureFindings(
  standing: readonly StandingHost[],
  plan: AddressPlan,
  members: readonly Member[],
  discard: readonly string[],
): readonly Finding[] {
  const holders = standing.filter(({ data }) => data !== "none");
  const stays = ({ name, number, address }: StandingHost) =>
    plan.places[name]?.number === number && `${plan.places[name]?.address}/${plan.bits}` === address;
  const going = holders.filter((host) => !stays(host) && !discard.includes(host.name));
  const staying = holders.filter(stays);
  const synced = staying.filter(({ data }) => data === "synced");
  const wanted = ofTier(members, "database").length;
  const needed = Math.floor(Math.min(holders.length, wanted) / 2) + 1;
  if (synced.length >= needed) return [];
  const copies =
    synced.length === 0
      ? "no database server that stays has a synced copy"
      : `of the database servers that stay only ${listed(synced.map(({ name }) => name))} ${synced.length === 1 ? "has" : "have"} a synced copy, and ${needed} are needed`;
  return going.map((host) => ({
    path: pathText(["servers"]),
    problem: `database server ${host.name} would be removed with its data (${fateOf(host, plan)}), and ${copies}`,
    remedy: `Leave it as it was, see to it that all are synced (npm run status), add the new ones and run \`up\`; then take old ones away, one in each further \`up\`. Where its data may be lost: ${setCommand(["database", "discard", 0], host.name)}`,
  }));
}

/**
 * What stands against the database's name: the data is of another one, and none of its servers could join the others
 * under a new one.
 */
export function nameFindings(standing: readonly StandingHost[], name: string): readonly Finding[] {
  const named = standing.flatMap(({ data, database }) =>
    data === "none" || database === null ? [] : [database],
  );
  return [...new Set(named)]
    .filter((former) => former !== name)
    .map((former) => ({
      path: pathText(["database", "name"]),
      problem: `is ${name}, and the data that is there is of the database ${former}, whose name cannot change on a living stack`,
      remedy: `Put it back: ${setCommand(["database", "name"], former)}; or begin with an empty database: npm run down, then npm run up`,
    }));
}

/** What to tell when every web server is made anew at once, at another place; null while one of them serves. */
export function interruption(
  standing: readonly StandingHost[],
  plan: AddressPlan,
  members: readonly Member[],
): string | null {
  const webs = ofTier(members, "web").flatMap(({ name }) => standing.filter((host) => host.name === name));
  const moving = webs.filter(({ name, number }) => plan.places[name]?.number !== number);
  if (moving.length === 0 || moving.length < webs.length) return null;
  return `Visitors may wait: ${listed(moving.map(({ name }) => name))} ${moving.length === 1 ? "is" : "are"} made anew at another place, and no other web server stays. Where that matters, add another web server first, or move one in each \`up\``;
}
