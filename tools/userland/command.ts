import { join, resolve } from "node:path";
import { inOwnMounts } from "../ownMounts.ts";
import { userlandFolder } from "./tree.ts";

/**
 * The userland's programs in place of the machine's, and below the machine's /etc its own, for what a program cannot do
 * without there (keepalived); everything else stays the machine's. `lowerdir` takes paths relative to the working
 * directory, so that spaces, colons and commas in the project's path do no harm.
 */
const script = [
  '. "$2"',
  "back=$PWD",
  'cd "$1"',
  "mount -t overlay overlay -o lowerdir=/etc:etc /etc",
  "mount --bind usr /usr",
  // Some programs change what they find there: mariadb-install-db makes one run as root.
  "read_only /usr",
  'cd "$back"',
  "shift 2",
  // Where Debian keeps daemons; ordinary users have it not on their PATH.
  'PATH="$PATH:/usr/sbin"',
  'exec "$@"',
].join(" && ");

/** Functions of what makes the hosts' roots. */
const rootScript = resolve(import.meta.dirname, "../../provider/scripts/root.sh");

/**
 * Wraps a command so that it is the userland's: it runs in a mount namespace of its own, without root also in a user
 * namespace in which it is uid 0.
 * @param argv program and arguments, for example `["haproxy", "-c", "-f", path]`
 */
export function inUserland(argv: readonly string[]): string[] {
  return inOwnMounts(script, "userland", join(userlandFolder, "current"), rootScript, ...argv);
}
