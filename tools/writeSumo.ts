/** Writes docs/sumo/ from the catalogue of signals: a part of `npm run docs`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sumoFiles } from "../hosts/sumoContent.ts";
import { projectRoot } from "./paths.ts";

const folder = join(projectRoot, "docs/sumo");
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(sumoFiles())) writeFileSync(join(folder, name), text);
