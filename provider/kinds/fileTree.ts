/** Files of a host, with their content, mode and owner. */
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Finding } from "../../config/findings.ts";
import { digestOf } from "../digest.ts";
import { hostFolder, hostHandle, liveSandbox } from "../handles.ts";
import type { Kind } from "../kind.ts";
import { userId, userName } from "../processes.ts";

const file = z.strictObject({
  content: z.string(),
  /** Octal text, `0644`. */
  mode: z.string().regex(/^0[0-7]{3}$/),
  /** Service user that owns it; `root` for nobody else. */
  user: userName,
});

/** A file as the state keeps it: by its digest, since the engine writes the whole state after every step. */
const digested = ({ content, ...rest }: z.infer<typeof file>) => ({ ...rest, digest: digestOf(content) });
const keptFile = z.union([
  file.omit({ content: true }).extend({ digest: z.string() }),
  file.transform(digested),
]);

const folder = z.strictObject({ mode: z.string().regex(/^0[0-7]{3}$/), user: userName });

const inputs = z.strictObject({
  host: hostHandle,
  /** Name of the tree, unique on the host. */
  name: z.string(),
  /** Path within the host's own folder (inside the host: below /run/host) → file. */
  files: z.record(z.string(), file),
  /** Path → folder that daemons write into; kept when the tree goes, since what is in it is theirs. */
  folders: z.record(z.string(), folder),
});
export type FileTreeInputs = z.infer<typeof inputs>;

const keptTree = inputs.extend({ files: z.record(z.string(), keptFile) });
type KeptTree = z.output<typeof keptTree>;

const keptOf = (tree: FileTreeInputs): KeptTree => ({
  ...tree,
  files: Object.fromEntries(Object.entries(tree.files).map(([path, one]) => [path, digested(one)])),
});

/** Hash over everything that the tree says; tells services when to reload. */
function versionOf({ files, folders }: FileTreeInputs): string {
  const sorted = [...Object.entries(files), ...Object.entries(folders)].sort(([one], [other]) =>
    one < other ? -1 : 1,
  );
  return digestOf(JSON.stringify(sorted));
}

function isRootless({ host }: Pick<FileTreeInputs, "host">): boolean {
  return liveSandbox(host.sandbox.directory)?.rootless ?? process.getuid?.() !== 0;
}

/** Whose a file is as this machine counts: without root everything is the user's own, who is the sandbox's root. */
const ownerOf = ({ host }: Pick<FileTreeInputs, "host">, user: string, rootless: boolean): number =>
  rootless ? (process.getuid?.() ?? 0) : userId(host.number, user, false);

/** Only root may give files away. */
function own(path: string, id: number, rootless: boolean): void {
  if (!rootless) chownSync(path, id, id);
}

/** Written aside, owned, then renamed: a reader sees the old file or the new one, and a secret is never readable by others. */
function writeOne(path: string, one: z.infer<typeof file>, id: number, rootless: boolean): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  const aside = `${path}.new`;
  for (const old of [aside, ...(isDirectory(path) ? [path] : [])])
    rmSync(old, { recursive: true, force: true });
  writeFileSync(aside, one.content, { mode: 0o600 });
  own(aside, id, rootless);
  chmodSync(aside, Number.parseInt(one.mode, 8));
  renameSync(aside, path);
}

const isDirectory = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** What a file, or with `digest` null a folder, has against what it shall be; null when nothing. */
function difference(path: string, mode: string, id: number, digest: string | null): string | null {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return "is missing";
  if (digest === null && !stat.isDirectory()) return "is not a folder";
  if (digest !== null && !stat.isFile()) return "is not a file";
  if ((stat.mode & 0o777) !== Number.parseInt(mode, 8)) return "has another mode";
  if (stat.uid !== id) return "has another owner";
  if (digest !== null && digestOf(readFileSync(path)) !== digest) return "has another content";
  return null;
}

type Tree = Pick<FileTreeInputs, "files" | "folders">;

const outside = (files: Tree["files"], folders: Tree["folders"]): Finding[] =>
  Object.entries({ files, folders })
    .flatMap(([property, entries]) => Object.keys(entries).map((path) => ({ property, path })))
    .filter(({ path }) => path.startsWith("/") || path.split("/").includes(".."))
    .map(({ property, path }) => ({
      path: `${property}["${path}"]`,
      problem: "is not a path below the host's folder",
      remedy: "Give it without a leading / and without ..",
    }));

/**
 * Places where root would write into what a daemon owns, and follow the link that a taken one puts there: below the
 * supervisor's folders of logs, and root's own files below a daemon's folder.
 */
function trapsForRoot(files: Tree["files"], folders: Tree["folders"]): Finding[] {
  const daemons = Object.entries(folders).filter(([, { user }]) => user !== "root");
  const supervised = daemons
    .filter(([path]) => /^log\/(?!own\/)/.test(path))
    .map(([path, { user }]) => ({
      path: `folders["${path}"]`,
      problem: `is ${user}'s, and the supervisor writes below log/ as root`,
      remedy: "Let the service write below log/own/",
    }));
  const within = [...Object.entries(files), ...Object.entries(folders)]
    .filter(([, { user }]) => user === "root")
    .flatMap(([path]) =>
      daemons
        .filter(([folder]) => path.startsWith(`${folder}/`))
        .map(([folder, { user }]) => ({ path, folder, user })),
    )
    .map(({ path, folder, user }) => ({
      path: `folders["${folder}"]`,
      problem: `is ${user}'s, and ${path} in it is root's`,
      remedy: "Put what root writes into a folder of root's",
    }));
  return [...supervised, ...within];
}

export const fileTree: Kind<FileTreeInputs, KeptTree> = {
  type: "onebox:index:FileTree",
  inputs,
  kept: { shape: keptTree, of: keptOf },
  replaceOn: ["host.sandbox.directory", "host.name", "name"],
  id: ({ host, name }) => `${host.sandbox.directory}/${host.name}/${name}`,

  findings({ files, folders }): Finding[] {
    return [...outside(files, folders), ...trapsForRoot(files, folders)];
  },

  async ensure(wanted, previous) {
    const root = hostFolder(wanted.host);
    const rootless = isRootless(wanted);
    for (const path of Object.keys(previous?.files ?? {})) {
      if (!(path in wanted.files)) rmSync(join(root, path), { force: true });
    }
    for (const [path, one] of Object.entries(wanted.folders)) {
      if (!isDirectory(join(root, path))) rmSync(join(root, path), { force: true });
      mkdirSync(join(root, path), { recursive: true, mode: 0o755 });
      own(join(root, path), ownerOf(wanted, one.user, rootless), rootless);
      chmodSync(join(root, path), Number.parseInt(one.mode, 8));
    }
    for (const [path, one] of Object.entries(wanted.files)) {
      const id = ownerOf(wanted, one.user, rootless);
      if (difference(join(root, path), one.mode, id, digestOf(one.content)) !== null)
        writeOne(join(root, path), one, id, rootless);
    }
    return { version: versionOf(wanted) };
  },

  async observe(wanted) {
    const root = hostFolder(wanted.host);
    const rootless = isRootless(wanted);
    const look = (path: string, one: { mode: string; user: string }, digest: string | null) => {
      const found = difference(join(root, path), one.mode, ownerOf(wanted, one.user, rootless), digest);
      return found === null ? [] : [`${path} ${found}`];
    };
    return [
      ...Object.entries(wanted.folders).flatMap(([path, one]) => look(path, one, null)),
      ...Object.entries(wanted.files).flatMap(([path, one]) => look(path, one, one.digest)),
    ];
  },

  async remove(wanted) {
    for (const path of Object.keys(wanted.files).flatMap((file) => [file, `${file}.new`]))
      rmSync(join(hostFolder(wanted.host), path), { recursive: true, force: true });
  },
};
