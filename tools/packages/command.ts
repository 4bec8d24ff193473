import { existsSync } from "node:fs";
import { getuid } from "node:process";
import { packagesFolder } from "../paths.ts";
import type { TreeName } from "./packages.ts";

const trees: readonly TreeName[] = ["test-root", "root"];

/**
 * The script that overlays the trees and starts the command. `lowerdir` takes paths relative to the working
 * directory, so that spaces, colons and commas in the project's path do no harm; the machine's own /etc goes
 * before that of the packages.
 * @param names trees that exist, the first wins
 */
export function overlayScript(names: readonly TreeName[]): string {
  const usr = [...names.map((name) => `${name}/usr`), "/usr"].join(":");
  const etc = ["/etc", ...names.map((name) => `${name}/etc`)].join(":");
  return [
    "back=$PWD",
    'cd "$1"',
    `mount -t overlay overlay -o lowerdir=${usr} /usr`,
    `mount -t overlay overlay -o lowerdir=${etc} /etc`,
    'cd "$back"',
    "shift",
    // Where Debian keeps daemons; ordinary users have it not on their PATH.
    'PATH="$PATH:/usr/sbin:/sbin"',
    'exec "$@"',
  ].join(" && ");
}

/**
 * Wraps a command so that it finds the programs of the unpacked packages: it runs in a mount namespace of its
 * own with them laid over /usr. Without root it also gets a user namespace in which it is uid 0. Where nothing
 * had to be unpacked the command stays as it is.
 * @param argv program and arguments, for example `["haproxy", "-c", "-f", path]`
 */
export function packagedCommand(argv: readonly string[]): string[] {
  const names = trees.filter((name) => existsSync(`${packagesFolder}/${name}/usr`));
  if (names.length === 0) return [...argv];
  const user = getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  return [
    "unshare",
    "--mount",
    ...user,
    "--",
    "sh",
    "-c",
    overlayScript(names),
    "packaged",
    packagesFolder,
    ...argv,
  ];
}
