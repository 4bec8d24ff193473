/** Writes the tables of docs/security.md from the program: a part of `npm run docs`. */
import { writeFileSync } from "node:fs";
import { renderSecurityPage, securityPage } from "./security/page.ts";

writeFileSync(securityPage, await renderSecurityPage());
