/**
 * Ways out of a sandbox: Unix sockets in a host's folder, each of which leads to one server of this machine's own
 * network. Their supervisor comes with the sandbox; which ways there are may change while it runs.
 */
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { exitService, nobody, socketMode } from "../exitFiles.ts";
import {
  exitsScan,
  type HostHandle,
  hostFolder,
  hostHandle,
  liveSandbox,
  requireSandbox,
} from "../handles.ts";
import { type Kind, keptWhole } from "../kind.ts";
import { userId, userName } from "../processes.ts";
import { tell, until } from "../system.ts";

const inputs = z.strictObject({
  /** The host from which they lead out. */
  host: hostHandle,
  /** Folder of the sockets, from the host's. */
  folder: z.string().regex(/^[a-z]+$/, "a name of lower-case letters"),
  /** The service user that may connect; nobody else may. */
  user: userName,
  /** Name of the socket → where it leads, `host:port`, by this machine's own network. */
  servers: z.record(
    z.string().regex(/^[a-z0-9-]{1,64}$/, "1 to 64 lower-case letters, digits and hyphens"),
    z.string().regex(/^[\w.-]+:\d{1,5}$/, "a name or an IPv4 address, and a port"),
  ),
});
export type ExitsInputs = z.output<typeof inputs>;

const socketsFolder = ({ host, folder }: ExitsInputs) => join(hostFolder(host), folder);
const scanOf = ({ sandbox }: HostHandle) => exitsScan(sandbox.directory);
const control = (scan: string) => join(scan, ".s6-svscan/control");

/** Group of who may connect; null without root, where there is only one user. */
function groupOf({ host, user }: ExitsInputs): number | null {
  const rootless = liveSandbox(host.sandbox.directory)?.rootless ?? process.getuid?.() !== 0;
  return rootless ? null : userId(host.number, user, false);
}

const serviceOf = (wanted: ExitsInputs, name: string, server: string) =>
  exitService({ folder: socketsFolder(wanted), name, server, group: groupOf(wanted) });

/** Only who may connect gets as far as the sockets. */
function closedFolder(wanted: ExitsInputs): void {
  const folder = socketsFolder(wanted);
  const group = groupOf(wanted);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (group !== null) chownSync(folder, nobody, group);
  chmodSync(folder, group === null ? 0o700 : 0o710);
}

const namesIn = (folder: string): readonly string[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith(".")) : [];

/** What is wrong with one way out; null when nothing is. */
function problemOf(wanted: ExitsInputs, name: string, server: string): string | null {
  const folder = join(scanOf(wanted.host), name);
  const asWritten = serviceOf(wanted, name, server).every(
    ({ path, content }) =>
      existsSync(join(folder, path)) && readFileSync(join(folder, path), "utf8") === content,
  );
  if (!asWritten) return `the way to ${server} is missing or has other settings`;
  if (!tell(join(folder, "supervise/control"), "")) return `the way to ${server} is not supervised`;
  const socket = lstatSync(join(socketsFolder(wanted), name), { throwIfNoEntry: false });
  if (socket === undefined || !socket.isSocket()) return `nothing listens for the way to ${server}`;
  const group = groupOf(wanted);
  const isClosed = (socket.mode & 0o777) === socketMode(group) && (group === null || socket.gid === group);
  return isClosed ? null : `others may use the way to ${server}`;
}

/**
 * Ends one way out with the connections that it passes on; safe to repeat. Out of the supervisor's sight first, which
 * else starts it again while it is being removed.
 */
async function end(wanted: ExitsInputs, name: string): Promise<void> {
  const scan = scanOf(wanted.host);
  const gone = join(scan, `.gone-${name}`);
  if (existsSync(join(scan, name))) {
    rmSync(gone, { recursive: true, force: true });
    renameSync(join(scan, name), gone);
  }
  // What `s6-svscanctl -an` says, then `s6-svc -xd`.
  tell(control(scan), "an");
  const itself = join(gone, "supervise/control");
  tell(itself, "dx");
  await until(`the end of the way out ${name}`, 10_000, () => (tell(itself, "") ? "it is supervised" : null));
  rmSync(gone, { recursive: true, force: true });
  rmSync(join(socketsFolder(wanted), name), { force: true });
}

/** Opens one way out: made aside and renamed, since the supervisor may look at any moment. */
async function begin(wanted: ExitsInputs, name: string, server: string): Promise<void> {
  const scan = scanOf(wanted.host);
  const aside = join(scan, `.${name}`);
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside);
  for (const { path, content, executable } of serviceOf(wanted, name, server))
    writeFileSync(join(aside, path), content, { mode: executable ? 0o700 : 0o600 });
  renameSync(aside, join(scan, name));
  await until("the supervisor of the ways out", 10_000, () =>
    tell(control(scan), "a") ? null : "it does not run",
  );
  await until(`the way to ${server}`, 10_000, () => problemOf(wanted, name, server));
}

export const exits: Kind<ExitsInputs> = {
  type: "onebox:index:Exits",
  ...keptWhole(inputs),
  replaceOn: ["host.sandbox.directory", "host.name", "folder"],
  id: ({ host, folder }) => `${host.sandbox.directory}/${host.name}/${folder}`,

  async ensure(wanted) {
    requireSandbox(wanted.host.sandbox.directory);
    closedFolder(wanted);
    const kept = Object.entries(wanted.servers).filter(
      ([name, server]) => problemOf(wanted, name, server) === null,
    );
    const keptNames = kept.map(([name]) => name);
    const known = new Set([...namesIn(scanOf(wanted.host)), ...namesIn(socketsFolder(wanted))]);
    for (const name of known) if (!keptNames.includes(name)) await end(wanted, name);
    for (const [name, server] of Object.entries(wanted.servers))
      if (!keptNames.includes(name)) await begin(wanted, name, server);
    return {};
  },

  async observe(wanted) {
    if (liveSandbox(wanted.host.sandbox.directory) === null) return ["the sandbox does not run"];
    const more = namesIn(scanOf(wanted.host)).filter((name) => !(name in wanted.servers));
    return [
      ...Object.entries(wanted.servers).flatMap(([name, server]) => problemOf(wanted, name, server) ?? []),
      ...more.map((name) => `there is a way out ${name} that nobody asked for`),
    ];
  },

  async remove(wanted) {
    for (const name of namesIn(scanOf(wanted.host))) await end(wanted, name);
    rmSync(socketsFolder(wanted), { recursive: true, force: true });
  },
};
