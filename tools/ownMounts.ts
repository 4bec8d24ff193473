import { getuid } from "node:process";

/**
 * The command line of a shell script in a mount namespace of its own, without root also in a user namespace in which it is
 * uid 0.
 * @param words what the script gets as `$0`, `$1`, ...
 */
export function inOwnMounts(script: string, ...words: readonly string[]): string[] {
  const user = getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  return ["unshare", "--mount", ...user, "--", "sh", "-c", script, ...words];
}
