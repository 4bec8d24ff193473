/** What is said to apt and read from it, when the lock file is written. */
import { isLeftOut } from "./list.ts";
import { type Archive, release } from "./lockText.ts";

/** Where Debian's archive is, and the key ring that its lists are signed by. */
const archive = "http://deb.debian.org";
export const keyRing = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** The sources: the release with its security updates. */
export const sources = [
  ["debian", release],
  ["debian", `${release}-updates`],
  ["debian-security", `${release}-security`],
]
  .map(([folder, suite]) => `deb [signed-by=${keyRing}] ${archive}/${folder} ${suite} main\n`)
  .join("");

/**
 * Text of a private apt's configuration: nothing of the machine's but its proxies.
 * @param dump output of `apt-config dump`
 * @param folder absolute folder for everything that it reads and writes
 * @param architecture Debian's name, `amd64`
 */
export function aptConfiguration(dump: string, folder: string, architecture: string): string {
  const kept = dump.split("\n").filter((line) => /^Acquire::(?!.*IndexTargets|Languages)/i.test(line));
  const at = folder.replaceAll("%", "%25");
  return [
    ...kept,
    'Dir::Etc::main "/dev/null";',
    'Dir::Etc::parts "/dev/null";',
    'Dir::Etc::sourceparts "/dev/null";',
    `Dir::Etc::sourcelist "${at}/sources.list";`,
    `Dir::State "${at}/state";`,
    `Dir::State::status "${at}/status";`,
    `Dir::Cache "${at}/cache";`,
    `Dir::Log "${at}/log";`,
    `APT::Architecture "${architecture}";`,
    `APT::Architectures { "${architecture}"; };`,
    'APT::Sandbox::User "root";',
    'Acquire::Languages "none";',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";',
    // Locks protect the machine's state, which is not touched here; an ordinary user could not take them.
    'Debug::NoLocking "true";',
    "",
  ].join("\n");
}

/** Reads `apt-get install --print-uris`: file name without its folder → path on a mirror, of what hosts need. */
export function pathsIn(printed: string): readonly string[] {
  return printed.split("\n").flatMap((line) => {
    const match = /^'https?:\/\/[^/]+\/(\S+)' (\S+?)_\S+\.deb \d+/.exec(line);
    const [, path, name] = match ?? [];
    return path === undefined || name === undefined || isLeftOut(name) ? [] : [decodeURIComponent(path)];
  });
}

/** Reads `apt-cache dumpavail`: path within the archive's folder, `pool/…` → size and digest. */
export function archivesIn(dumped: string): ReadonlyMap<string, Omit<Archive, "path">> {
  const found = new Map<string, Omit<Archive, "path">>();
  for (const paragraph of dumped.split("\n\n")) {
    const field = (name: string) => new RegExp(`^${name}: (.+)$`, "m").exec(paragraph)?.[1];
    const [file, size, digest] = [field("Filename"), field("Size"), field("SHA256")];
    if (file && size && digest) found.set(file, { size: Number(size), digest });
  }
  return found;
}
