/** Ids of service users that an account of this machine has already: directory services give out numbers as high. */
import { Refusal } from "./kind.ts";
import { userIds } from "./processes.ts";
import { run } from "./system.ts";

/** The machine's entries of these ids, a line each. */
type Look = (database: "passwd" | "group", ids: readonly string[]) => Promise<string>;

const getent: Look = async (database, ids) =>
  (await run(["getent", database, ...ids], { accept: "any" })).stdout;

/**
 * Looks before a host is made: whoever has the id of one of its service users would own that one's keys.
 * @throws Refusal with every entry
 */
export async function requireFreeIds(host: string, number: number, look: Look = getent): Promise<void> {
  const ids = userIds(number).map(String);
  const lines = [await look("passwd", ids), await look("group", ids)].flatMap((text) => text.split("\n"));
  const found = lines.filter((line) => line !== "").map((line) => line.split(":").slice(0, 3).join(":"));
  if (found.length > 0)
    throw new Refusal(
      `the services of host ${host} would run as users ${ids.at(0)} to ${ids.at(-1)}, and this machine has ${[...new Set(found)].join(", ")}: start the stack without root, or where nobody has these`,
    );
}
