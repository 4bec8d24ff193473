/** A small valid configuration, and what is found when something of it is changed. */
import assert from "node:assert/strict";
import type { Finding } from "../../../config/findings.ts";
import { parseSettings } from "../../../config/parse.ts";
import type { Checked } from "../../../config/schema.ts";

/** One server of each role: valid on onebox. */
export const validServers = [
  { name: "lb-1", role: "balancer", zone: "a" },
  { name: "web-1", role: "web", zone: "a" },
  { name: "db-1", role: "database", zone: "a" },
  { name: "monitor", role: "monitor", zone: "a" },
] as const;

/** The configuration as Pulumi hands it over: scalars as text, structures as JSON text; `undefined` is left out. */
export function rawConfig(change: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  const values: Readonly<Record<string, unknown>> = { cloud: "onebox", servers: validServers, ...change };
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** What is wrong with the small valid configuration after a change. */
export function findingsAbout(change: Readonly<Record<string, unknown>>): readonly Finding[] {
  const parsed = parseSettings(rawConfig(change));
  return parsed.ok ? [] : parsed.findings;
}

/** The settings of the small valid configuration after a change, which must leave it valid. */
export function settingsOf(change: Readonly<Record<string, unknown>> = {}): Checked {
  const parsed = parseSettings(rawConfig(change));
  assert.ok(parsed.ok, parsed.ok ? "" : JSON.stringify(parsed.findings));
  return parsed.settings;
}
