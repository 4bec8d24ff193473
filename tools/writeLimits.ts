/** Writes the table of limits into site/README.md: a part of `npm run docs`. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLimitsTable } from "../hosts/limitsTable.ts";
import { projectRoot } from "./paths.ts";

const page = join(projectRoot, "site/README.md");
writeFileSync(page, withLimitsTable(readFileSync(page, "utf8")));
