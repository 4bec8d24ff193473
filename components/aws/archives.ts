/** Zip archives of folders of this project: the same content gives the same bytes. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync, type Zippable, zipSync } from "fflate";
import { contentTime, filesBelow } from "../../config/directoryDigest.ts";

/** Where archives are kept between runs, from the project's folder; all of it can be had again. */
const folder = ".cache/aws";

/** Zip's number of the system whose modes the archive tells, and the bits of a file's attributes below its mode. */
const unix = 3;
const modeBits = 16;

/** Mode of every file: a regular one that everybody may read, since a function's code runs as nobody in particular. */
const mode = 0o100644;

/** Names what of the same content makes another archive: the files' mode, and how their times are made. */
const form = `${mode.toString(8)}-content-times`;

/** A moment as zip archives hold it, by the writer's own clock: the same bytes in every time zone. */
const zipTime = (time: Date) =>
  new Date(
    time.getUTCFullYear(),
    time.getUTCMonth(),
    time.getUTCDate(),
    time.getUTCHours(),
    time.getUTCMinutes(),
    time.getUTCSeconds(),
  );

/** An archive on this machine. */
export interface Archive {
  readonly path: string;
  /** SHA-256 of the archive, hex. */
  readonly sha256: string;
}

/** A file's content → its digest, hex. */
export function sha256Of(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Path inside an archive → content. */
export type Contents = Readonly<Record<string, Uint8Array>>;

/** Every file below a directory, under a prefix inside the archive. */
export function filesOf(directory: string, prefix = ""): Contents {
  return Object.fromEntries(
    filesBelow(directory).map((path) => [`${prefix}${path}`, readFileSync(join(directory, path))] as const),
  );
}

/** The bytes of an archive. */
export function archiveOf(files: Contents): Uint8Array {
  const entries: Zippable = Object.fromEntries(
    Object.entries(files).map(([path, content]) => [
      path,
      [content, { mtime: zipTime(contentTime(content)) }],
    ]),
  );
  return zipSync(entries, { level: 6, os: unix, attrs: mode * 2 ** modeBits });
}

/** Whether an archive is there with its table of contents, which stands at its end. */
export function isWhole(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    return Object.keys(unzipSync(readFileSync(path), { filter: () => false })).length === 0;
  } catch {
    return false;
  }
}

/**
 * Writes an archive unless it is there.
 * @param identity names it: archives of one identity hold the same
 * @param files path inside the archive → content
 */
export function writeArchive(identity: string, files: () => Contents): Archive {
  const path = join(folder, `${identity}-${form}.zip`);
  if (!isWhole(path)) {
    mkdirSync(folder, { recursive: true });
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, archiveOf(files()));
    renameSync(unfinished, path);
  }
  return { path, sha256: sha256Of(path) };
}
