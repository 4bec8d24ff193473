/** What runs as whom: service users and their numeric ids inside a sandbox. Pure. */
import { z } from "zod";

/** Users that services run as. The order is part of the numbering: append, never insert. */
export const serviceUsers = [
  "site",
  "nginx",
  "haproxy",
  "mysql",
  "prometheus",
  "exporter",
  "mtail",
  "agent",
  "alertmanager",
] as const;
export type ServiceUser = (typeof serviceUsers)[number];

const names: readonly string[] = serviceUsers;

/** Name of a service user, or `root`. */
export const userName = z
  .string()
  .refine((name) => name === "root" || names.includes(name), `one of root, ${serviceUsers.join(", ")}`);

/** First id of the range that sandboxes use: above the machine's own and above common subordinate ranges' starts. */
const base = 1_500_000_000;
const perHost = 32;

/** Numeric id of a host's service user; root keeps 0, and without root there is only 0. */
export function userId(hostNumber: number, user: string, rootless: boolean): number {
  if (rootless || user === "root") return 0;
  const index = names.indexOf(user);
  if (index < 0) throw new Error(`there is no service user ${user}; known: root, ${serviceUsers.join(", ")}`);
  return base + hostNumber * perHost + index;
}

/** Numeric ids of a host's service users as root. */
export const userIds = (hostNumber: number): readonly number[] =>
  serviceUsers.map((name) => userId(hostNumber, name, false));

/** A host's /etc/passwd: the names behind its service users' ids. */
export function passwdFile(hostNumber: number, rootless: boolean): string {
  const users = rootless
    ? []
    : serviceUsers.map(
        (name) =>
          `${name}:x:${userId(hostNumber, name, false)}:${userId(hostNumber, name, false)}::/run/host:/usr/sbin/nologin`,
      );
  return [
    "root:x:0:0:root:/run/host:/bin/sh",
    ...users,
    "nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin",
    "",
  ].join("\n");
}

/** A host's /etc/group. */
export function groupFile(hostNumber: number, rootless: boolean): string {
  const groups = rootless ? [] : serviceUsers.map((name) => `${name}:x:${userId(hostNumber, name, false)}:`);
  return ["root:x:0:", ...groups, "nogroup:x:65534:", ""].join("\n");
}

/** A host's /etc/hosts: every name the host may use → its address. */
export function hostsFile(own: string, names: Readonly<Record<string, string>>): string {
  const lines = Object.entries(names).map(([name, address]) => `${address} ${name}`);
  return ["127.0.0.1 localhost", `127.0.1.1 ${own}.local`, ...lines, ""].join("\n");
}
