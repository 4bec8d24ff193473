/** Writes docs/grafana/overview.json from the catalogue of signals: a part of `npm run docs`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderGrafana } from "../hosts/grafana.ts";
import { projectRoot } from "./paths.ts";

writeFileSync(join(projectRoot, "docs/grafana/overview.json"), renderGrafana());
