/** Fetches Debian's archives; their digests stand in the lock file, so it does not matter who hands them over. */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { findingsMessage, Problem } from "../problem.ts";
import type { Progress } from "../progress.ts";
import type { Archive, Lock } from "./lockText.ts";

/** Archives that are fetched at the same time. */
const atOnce = 8;

/** Variable that names a mirror of Debian to be asked first: the address of what holds `debian/` and `debian-security/`. */
export const mirrorVariable = "FOOBAR_DEBIAN_MIRROR";

/** Addresses of an archive, in the order in which they are tried: a mirror keeps only the newest, the snapshots all. */
export function addressesOf(path: string, made: Date, mirror: string | undefined): readonly string[] {
  const time = made.toISOString().replace(/[-:]|\.\d+/g, "");
  const [folder, ...rest] = path.split("/");
  return [
    ...(mirror ? [`${mirror.replace(/\/$/, "")}/${path}`] : []),
    `http://deb.debian.org/${path}`,
    `http://snapshot.debian.org/archive/${folder}/${time}/${rest.join("/")}`,
  ].map((address) => address.replaceAll("+", "%2B"));
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
const messageOf = (error: unknown): string =>
  error instanceof Error
    ? error.cause instanceof Error
      ? error.cause.message
      : error.message
    : String(error);

async function fetchInto(
  path: string,
  address: string,
  { digest }: Archive,
  onBytes: (bytes: number) => void,
) {
  const response = await fetch(address);
  if (!response.ok || response.body === null) throw new Error(`${response.status} ${response.statusText}`);
  const hash = createHash("sha256");
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
  const partial = `${path}.${process.pid}.partial`;
  try {
    await pipeline(Readable.fromWeb(response.body), counted, createWriteStream(partial));
    if (hash.digest("hex") !== digest) throw new Error("its digest is another than the lock file's");
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}

/**
 * Sees to every archive of a lock file.
 * @param folder where they are kept; whole ones of an earlier, interrupted run are taken
 * @param env the user's environment
 * @returns their files, in the lock file's order
 * @throws Problem with every archive that cannot be had
 */
export async function downloadArchives(
  { archives, made }: Lock,
  folder: string,
  progress: Progress,
  env: NodeJS.ProcessEnv,
): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const total = archives.reduce((sum, { size }) => sum + size, 0);
  let bytes = 0;
  const failures: string[] = [];
  const tell = (more: number) => {
    bytes += more;
    progress.update(`${megabytes(bytes)} of ${megabytes(total)} MB`);
  };
  const fileOf = ({ digest }: Archive) => join(folder, `${digest}.deb`);

  async function have(archive: Archive): Promise<void> {
    const file = fileOf(archive);
    const found = await stat(file).catch(() => undefined);
    // Put in place whole and with the right digest.
    if (found?.size === archive.size) return tell(archive.size);
    const reasons: string[] = [];
    for (const address of addressesOf(archive.path, made, env[mirrorVariable])) {
      let counted = 0;
      try {
        await fetchInto(file, address, archive, (more) => {
          counted += more;
          tell(more);
        });
        return;
      } catch (error) {
        bytes -= counted;
        reasons.push(`${address}: ${messageOf(error)}`);
      }
    }
    failures.push(reasons.join("; "));
  }

  const waiting = [...archives];
  const worker = async () => {
    // Where one cannot be had for want of a network, the others cannot either.
    for (let next = waiting.shift(); next !== undefined && failures.length < 3; next = waiting.shift())
      await have(next);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (failures.length > 0)
    throw new Problem(
      findingsMessage(
        `Debian's packages cannot be had (${mirrorVariable} names a mirror of your own; what is whole is kept for the next time)`,
        failures,
      ),
    );
  return archives.map(fileOf);
}
