/** Folders of a private apt: its own lists and archives, the machine's sources and package status. */
export interface PrivateApt {
  /** Absolute folder for everything that this apt writes. */
  readonly folder: string;
  /** The machine's table of installed packages. */
  readonly status: string;
}

/** Settings of the machine that a private apt must not take over: hooks, users and places. */
const dropped = /^(APT::Update|DPkg)::.*Invoke|^APT::Sandbox|^Dir\b(?!::Etc)|^Dir::Etc::(main|parts)\b/i;

/**
 * Text of the private apt's configuration. It keeps proxies, sources and pins of the machine.
 * @param dump output of `apt-config dump`
 */
export function aptConfiguration(dump: string, { folder, status }: PrivateApt): string {
  const kept = dump.split("\n").filter((line) => line !== "" && !dropped.test(line));
  const quoted = (path: string): string => path.replaceAll("%", "%25");
  return [
    ...kept,
    // What the machine's files say is above already.
    'Dir::Etc::main "/dev/null";',
    'Dir::Etc::parts "/dev/null";',
    `Dir::State "${quoted(folder)}/state";`,
    `Dir::State::status "${status}";`,
    `Dir::Cache "${quoted(folder)}/cache";`,
    `Dir::Log "${quoted(folder)}/log";`,
    // The user that runs set-up owns the folder; apt's own user could not write there.
    'APT::Sandbox::User "root";',
    'Acquire::Languages "none";',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";',
    // Locks protect the machine's state, which is only read here; an ordinary user could not take them.
    'Debug::NoLocking "true";',
    "",
  ].join("\n");
}

/** One archive that apt would download. */
export interface Archive {
  /** File name in apt's cache. */
  readonly file: string;
  /** Size in bytes. */
  readonly size: number;
}

/** Reads the output of `apt-get install --print-uris`. */
export function parseUris(output: string): readonly Archive[] {
  return output.split("\n").flatMap((line) => {
    const match = /^'[^']+' (\S+\.deb) (\d+)/.exec(line);
    return match?.[1] ? [{ file: match[1], size: Number(match[2]) }] : [];
  });
}
