/** Writes docs/configuration.md from the schema: `npm run docs`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderReference } from "./reference.ts";

writeFileSync(join(import.meta.dirname, "../docs/configuration.md"), renderReference());
