import { delimiter } from "node:path";
import { launcherFolder } from "../paths.ts";

/** Folders of PATH that the user has put there; npm adds its own, below node_modules, for each script. */
export function userFolders(path: string): readonly string[] {
  return path
    .split(delimiter)
    .filter((folder) => folder !== "" && folder !== launcherFolder && !folder.includes("/node_modules/"));
}
