// @ts-check
/** Reads /signals.json, which says what there is to draw. */

/** @import { Catalogue, Drill, Group, Host, Signal, Thresholds, Unit } from "./types.d.ts" */

/** @type {readonly Unit[]} */
const units = ["req/s", "s", "ratio", "bytes", "days", "count", "bool", "conn"];

/** @type {readonly Group[]} */
const groups = ["overview", "balancer", "web", "database", "hosts", "security"];

/** @type {readonly Signal["kind"][]} */
const kinds = ["chart", "stat", "state"];

/** @type {readonly Thresholds["direction"][]} */
const directions = ["above", "below"];

/** @type {readonly Drill["change"][]} */
const changes = ["moves", "goes"];

/**
 * Whether a value is an object whose keys may be looked at.
 * @param {unknown} value
 * @returns {value is Readonly<Record<string, unknown>>}
 */
export function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * @param {unknown} value
 * @param {string} path
 * @returns {string}
 */
function text(value, path) {
  if (typeof value === "string") return value;
  throw new Error(`${path} must be a text`);
}

/**
 * @param {unknown} value
 * @param {string} path
 * @returns {number}
 */
function number(value, path) {
  if (typeof value === "number") return value;
  throw new Error(`${path} must be a number`);
}

/**
 * @param {unknown} value
 * @param {string} path
 * @returns {Readonly<Record<string, unknown>>}
 */
function record(value, path) {
  if (isRecord(value)) return value;
  throw new Error(`${path} must be an object`);
}

/**
 * @template {string} T
 * @param {readonly T[]} allowed
 * @param {unknown} value
 * @param {string} path
 * @returns {T}
 */
function oneOf(allowed, value, path) {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new Error(`${path} must be one of ${allowed.join(", ")}`);
  return found;
}

/**
 * @template T
 * @param {unknown} value
 * @param {string} path
 * @param {(item: Readonly<Record<string, unknown>>, path: string) => T} parse
 * @returns {T[]}
 */
function list(value, path, parse) {
  if (!Array.isArray(value)) throw new Error(`${path} must be a list`);
  return value.map((item, index) => parse(record(item, `${path}[${index}]`), `${path}[${index}]`));
}

/**
 * @param {unknown} value
 * @param {string} path
 * @returns {Thresholds | null}
 */
function thresholds(value, path) {
  if (value === null || value === undefined) return null;
  const { warn, critical, direction } = record(value, path);
  return {
    warn: number(warn, `${path}.warn`),
    critical: number(critical, `${path}.critical`),
    direction: oneOf(directions, direction, `${path}.direction`),
  };
}

/**
 * @param {unknown} value
 * @param {string} path
 * @returns {Readonly<Record<string, string>> | null}
 */
function states(value, path) {
  if (value === null || value === undefined) return null;
  return Object.fromEntries(
    Object.entries(record(value, path)).map(([key, word]) => [key, text(word, `${path}.${key}`)]),
  );
}

/**
 * @param {Readonly<Record<string, unknown>>} item
 * @param {string} path
 * @returns {Signal}
 */
function signal(item, path) {
  return {
    id: text(item.id, `${path}.id`),
    title: text(item.title, `${path}.title`),
    unit: oneOf(units, item.unit, `${path}.unit`),
    meaning: text(item.meaning, `${path}.meaning`),
    group: oneOf(groups, item.group, `${path}.group`),
    kind: oneOf(kinds, item.kind, `${path}.kind`),
    expr: text(item.expr, `${path}.expr`),
    legend: text(item.legend, `${path}.legend`),
    thresholds: thresholds(item.thresholds, `${path}.thresholds`),
    states: states(item.states, `${path}.states`),
    runbook: text(item.runbook ?? "", `${path}.runbook`),
  };
}

/**
 * @param {Readonly<Record<string, unknown>>} item
 * @param {string} path
 * @returns {Host}
 */
function host(item, path) {
  return {
    name: text(item.name, `${path}.name`),
    tier: text(item.tier, `${path}.tier`),
    zone: text(item.zone, `${path}.zone`),
  };
}

/**
 * @param {Readonly<Record<string, unknown>>} item
 * @param {string} path
 * @returns {Drill}
 */
function drill(item, path) {
  return {
    mark: text(item.mark, `${path}.mark`),
    title: text(item.title, `${path}.title`),
    signal: text(item.signal, `${path}.signal`),
    label: text(item.label, `${path}.label`),
    change: oneOf(changes, item.change, `${path}.change`),
  };
}

/**
 * @param {unknown} value
 * @param {string} path
 * @returns {string[]}
 */
function texts(value, path) {
  if (!Array.isArray(value)) throw new Error(`${path} must be a list`);
  return value.map((item, index) => text(item, `${path}[${index}]`));
}

/**
 * Checks the content of /signals.json.
 * @param {unknown} content
 * @returns {Catalogue}
 * @throws Error that names the first thing that is not as it should be
 */
export function parseCatalogue(content) {
  const top = record(content, "signals.json");
  return {
    stack: text(top.stack, "stack"),
    domain: text(top.domain, "domain"),
    links: list(top.links, "links", (item, path) => ({
      title: text(item.title, `${path}.title`),
      url: text(item.url, `${path}.url`),
    })),
    hosts: list(top.hosts, "hosts", host),
    signals: list(top.signals, "signals", signal),
    headlines: texts(top.headlines ?? [], "headlines"),
    drills: list(top.drills ?? [], "drills", drill),
    runbook: text(top.runbook ?? "", "runbook"),
  };
}
