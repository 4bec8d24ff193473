/** A read-only copy of a directory of this machine in a host's folder, named by its content. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { contentTime, directoryDigest, filesBelow } from "../../config/directoryDigest.ts";
import type { Finding } from "../../config/findings.ts";
import { hostFolder, hostHandle } from "../handles.ts";
import { type Kind, keptWhole } from "../kind.ts";

const inputs = z.strictObject({
  host: hostHandle,
  /** Absolute path on this machine. */
  source: z.string().startsWith("/"),
  /** Digest of the source's content (config/directoryDigest.ts). */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  /** Path within the host's folder; of its own for each digest. */
  target: z.string().min(1),
});
export type DirectoryCopyInputs = z.infer<typeof inputs>;

const pathOf = ({ host, target }: DirectoryCopyInputs) => join(hostFolder(host), target);

/** A file that the users that services run as may read, whatever the source's own mode is. */
function copyReadable(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 });
  copyFileSync(from, to);
  chmodSync(to, (statSync(from).mode & 0o111) !== 0 ? 0o755 : 0o644);
  const time = contentTime(readFileSync(to));
  utimesSync(to, time, time);
}

export const directoryCopy: Kind<DirectoryCopyInputs> = {
  type: "onebox:index:DirectoryCopy",
  ...keptWhole(inputs),
  replaceOn: ["host.sandbox.directory", "host.name", "target", "digest"],
  createBeforeDelete: true,
  id: ({ host, target }) => `${host.sandbox.directory}/${host.name}/${target}`,

  findings({ source }): Finding[] {
    return existsSync(source)
      ? []
      : [{ path: "source", problem: `${source} does not exist`, remedy: "Name a directory that exists" }];
  },

  async ensure(wanted) {
    const target = pathOf(wanted);
    if (existsSync(target) && directoryDigest(target) === wanted.digest) return {};
    const aside = `${target}.new`;
    rmSync(aside, { recursive: true, force: true });
    mkdirSync(aside, { recursive: true, mode: 0o755 });
    for (const path of filesBelow(wanted.source)) copyReadable(join(wanted.source, path), join(aside, path));
    rmSync(target, { recursive: true, force: true });
    renameSync(aside, target);
    return {};
  },

  async observe(wanted) {
    const target = pathOf(wanted);
    if (!existsSync(target)) return ["the copy is missing"];
    return directoryDigest(target) === wanted.digest ? [] : ["the copy has another content"];
  },

  async remove(wanted) {
    for (const path of [pathOf(wanted), `${pathOf(wanted)}.new`])
      rmSync(path, { recursive: true, force: true });
  },
};
