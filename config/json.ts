/**
 * The only reader of JSON that was written earlier or by somebody else: a file may be cut off, empty, older or another
 * program's, and a parser's own words quote what they stopped at, which may be a secret. Pure.
 */
import type { z } from "zod";

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a text of JSON holds; undefined when there is no text, or it is not whole, or not of the shape. */
export function jsonOf<T>(text: string | undefined, shape: z.ZodType<T>): T | undefined {
  return text === undefined ? undefined : shape.safeParse(parsed(text)).data;
}

/** Thrown with one sentence for the user: what cannot be read, why, and what to do. Never holds what was read. */
export class UnreadableError extends Error {
  override readonly name = "UnreadableError";
}

/** What is wrong with a text that should hold JSON of some shape. */
export function damageOf(text: string): string {
  if (text.trim() === "") return "is empty";
  return parsed(text) === undefined ? "is cut off or no JSON" : "is JSON of another form";
}

/**
 * What a text of JSON must hold.
 * @param what subject of the sentence: the file's path, or the command that printed it
 * @param mend the rest of the sentence: what to do
 * @throws UnreadableError
 */
export function requireJson<T>(text: string, shape: z.ZodType<T>, what: string, mend: string): T {
  const value = jsonOf(text, shape);
  if (value === undefined) throw new UnreadableError(`${what} ${damageOf(text)}: ${mend}`);
  return value;
}
