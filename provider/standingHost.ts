/** What the program is told of a host that stands. */
import { z } from "zod";

export const standingHost = z.strictObject({
  name: z.string(),
  /** Its number within the stack's range. */
  number: z.int(),
  /** IPv4 address with prefix length. */
  address: z.string(),
  /**
   * What its database has: `none`; `held`, data of which nobody knows now how far it goes; `synced`, everything that
   * the running cluster has.
   */
  data: z.enum(["none", "held", "synced"]),
  /** Name of the database that the data is of; null where that is not known. */
  database: z.string().nullable(),
});
export type StandingHost = z.infer<typeof standingHost>;

/** Answer of the function `onebox:index:standingHosts`. */
export const standingHosts = z.strictObject({
  hosts: z.array(standingHost),
  /** Why nobody knows; null when all are told. */
  problem: z.string().nullable().default(null),
});
