/** The userland's lock file: one line an archive, `sha256  bytes  path`. */
import { z } from "zod";

/** An archive of Debian's. */
export interface Archive {
  /** SHA-256 of its bytes, hexadecimal. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** Path on a mirror: `debian/pool/main/h/haproxy/haproxy_3.0.11-1_amd64.deb`. */
  readonly path: string;
}

/** A lock file. */
export interface Lock {
  /** When Debian's lists were read that it is made from. */
  readonly made: Date;
  readonly archives: readonly Archive[];
}

/** Debian's release under every host. */
export const release = "trixie";

const made = /^# Debian \w+, (\S+)$/;
const archive = z.object({
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.coerce.number().int().positive(),
  path: z.string().regex(/^debian(?:-security)?\/pool\/[\w.+~%/-]+\.deb$/),
});

/** Text of a lock file. */
export function lockText(lock: Lock): string {
  const lines = lock.archives.map(({ digest, size, path }) => `${digest}  ${size}  ${path}`);
  return [
    `# Debian ${release}, ${lock.made.toISOString()}`,
    "# Written by `npm run userland -- --update`",
    ...lines.sort((one, other) => one.slice(64).localeCompare(other.slice(64), "en")),
    "",
  ].join("\n");
}

/** Reads a lock file. @throws Error that names the first line which is none of a lock file */
export function readLock(text: string): Lock {
  const [first = "", ...rest] = text.split("\n");
  const date = new Date(made.exec(first)?.[1] ?? Number.NaN);
  if (Number.isNaN(date.getTime())) throw new Error("line 1 does not say when it was made");
  const archives = rest.flatMap((line, index) => {
    if (line === "" || line.startsWith("#")) return [];
    const [digest, size, path] = line.split("  ");
    const read = archive.safeParse({ digest, size, path });
    if (!read.success) throw new Error(`line ${index + 2} is no archive: ${line}`);
    return [read.data];
  });
  return { made: date, archives };
}
