import { existsSync } from "node:fs";
import { inOwnMounts } from "../ownMounts.ts";
import { testTree } from "./packages.ts";

/**
 * The script that overlays the tree and starts the command. `lowerdir` takes paths relative to the working directory, so
 * that spaces, colons and commas in the project's path do no harm; the machine's own /etc goes before that of the packages.
 */
export const overlayScript = [
  "back=$PWD",
  'cd "$1"',
  "mount -t overlay overlay -o lowerdir=usr:/usr /usr",
  "mount -t overlay overlay -o lowerdir=/etc:etc /etc",
  'cd "$back"',
  "shift",
  // Where Debian keeps daemons; ordinary users have it not on their PATH.
  'PATH="$PATH:/usr/sbin:/sbin"',
  'exec "$@"',
].join(" && ");

/**
 * Wraps a command so that it finds the programs of the tests' packages: it runs in a mount namespace of its
 * own with them laid over /usr. Without root it also gets a user namespace in which it is uid 0. Where nothing
 * had to be unpacked the command stays as it is.
 * @param argv program and arguments, for example `["haproxy", "-c", "-f", path]`
 */
export function packagedCommand(argv: readonly string[]): string[] {
  if (!existsSync(`${testTree}/usr`)) return [...argv];
  return inOwnMounts(overlayScript, "packaged", testTree, ...argv);
}
