import { isRecord } from "../records.ts";

/** A guest book entry as a visitor sends it. */
export interface NewEntry {
  readonly author: string;
  readonly text: string;
  /** Chosen by the client; the same token never makes a second entry. Null lets the server choose. */
  readonly token: string | null;
}

/** Either an entry, or one message with everything that is wrong with it. */
export type Checked = { readonly entry: NewEntry } | { readonly problem: string };

/** Longest author, in Unicode characters; the column of schema.sql is as wide. */
export const authorLimit = 60;

/** Longest text, in Unicode characters; the column of schema.sql is as wide. */
export const textLimit = 500;

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** Control and direction characters: they show nothing, or change how the text around them shows. */
const unseen = /[\p{Cc}\u202a-\u202e\u2066-\u2069\ufeff]/gu;

function tidyLine(value: string): string {
  return value.normalize("NFC").replace(/\s+/g, " ").replace(unseen, "").trim();
}

function tidyText(value: string): string {
  const lines = value.normalize("NFC").replace(/\r\n?/g, "\n").split("\n");
  const tidied = lines.map((line) => line.replace(unseen, "").trimEnd()).join("\n");
  return tidied.replace(/\n{3,}/g, "\n\n").trim();
}

function lengthOf(value: string): number {
  return [...value].length;
}

/** Checks what came in a request body; white space at the ends does not count. */
export function checkEntry(body: unknown): Checked {
  const fields = isRecord(body) ? body : {};
  const problems: string[] = [];
  const read = (name: string, limit: number, tidy: (value: string) => string): string => {
    const value = fields[name];
    const tidied = typeof value === "string" ? tidy(value) : "";
    const length = lengthOf(tidied);
    if (length < 1 || length > limit) problems.push(`${name} must have 1 to ${limit} characters`);
    return tidied;
  };
  const author = read("author", authorLimit, tidyLine);
  const text = read("text", textLimit, tidyText);
  const sent = fields.token;
  const absent = sent === undefined || sent === null || sent === "";
  const token = typeof sent === "string" && !absent ? sent.toLowerCase() : null;
  if (!absent && (token === null || !uuid.test(token))) problems.push("token must be a UUID");
  return problems.length > 0 ? { problem: problems.join("; ") } : { entry: { author, text, token } };
}

/** Highest `limit` of a list. */
export const listLimit = 100;

/** Most tokens that are looked up at once: what fits into the largest body. */
export const tokenLimit = 300;

/** Tokens to be looked up, out of a request body; null when they are not 1 to `tokenLimit` UUIDs. */
export function tokensIn(body: unknown): readonly string[] | null {
  const sent: unknown = isRecord(body) ? body.tokens : undefined;
  if (!Array.isArray(sent) || sent.length < 1 || sent.length > tokenLimit) return null;
  const tokens = sent.flatMap((token: unknown) =>
    typeof token === "string" && uuid.test(token) ? [token] : [],
  );
  return tokens.length === sent.length ? tokens : null;
}

/**
 * Reads a whole number of a query string.
 * @returns null when it is there but is not a whole number between the bounds
 */
export function wholeNumber(
  given: string | null,
  bounds: { readonly least: number; readonly most: number; readonly normal: number },
): number | null {
  if (given === null) return bounds.normal;
  if (!/^\d{1,15}$/.test(given)) return null;
  const value = Number(given);
  return value >= bounds.least && value <= bounds.most ? value : null;
}
