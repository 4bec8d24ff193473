/** Writes the tables of docs/security.md from the program: a part of `npm run docs`. */
import { readFileSync, writeFileSync } from "node:fs";
import { reachOfClouds, renderSecurityPage, securityPage } from "./security/page.ts";

writeFileSync(securityPage, renderSecurityPage(readFileSync(securityPage, "utf8"), await reachOfClouds()));
