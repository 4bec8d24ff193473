/** What each host was last made with, as noted beside its folder: who stands in a stack, whatever a state says. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { requireJson } from "../config/json.ts";
import { type HostHandle, liveSandbox, stackFolder } from "./handles.ts";

const ending = ".json";

const place = z.object({ name: z.string(), number: z.int(), address: z.string() });

/** A host's name and place. */
export type HostPlace = z.infer<typeof place>;

/** The handle of a host that stands. */
export const handleOfPlace = (directory: string, { name, number }: HostPlace): HostHandle => ({
  sandbox: { directory, incarnation: liveSandbox(directory)?.incarnation ?? "" },
  name,
  number,
});

const folderOf = (directory: string) => join(stackFolder(directory), "hosts");

/** The file that tells what a host was last made with. */
export const recordFile = (directory: string, name: string): string =>
  join(folderOf(directory), `${name}${ending}`);

/** Every host of a stack that stands. @throws UnreadableError that names a file that cannot be read */
export function hostPlaces(directory: string): readonly HostPlace[] {
  const folder = folderOf(directory);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => {
      const path = join(folder, file);
      const remedy = "Put it back from a copy, or end the stack with `npm run down`";
      return requireJson(readFileSync(path, "utf8"), place, path, remedy);
    });
}
