import { statSync } from "node:fs";
import { z } from "zod";
import { UnreadableError } from "../config/json.ts";

/** What Node throws when the system refuses something with a file. */
const systemError = z.object({
  code: z.string(),
  syscall: z.string(),
  path: z.string(),
  message: z.string(),
});

/** A failure that the user can mend: printed as its message alone, without a stack trace. */
export class Problem extends Error {
  override readonly name = "Problem";
}

/** Who owns a file; undefined when nobody can tell. */
function ownerOf(path: string): number | undefined {
  try {
    return statSync(path).uid;
  } catch {
    return undefined;
  }
}

/**
 * What the user gets to read of an error: a Problem's own message, one sentence of what cannot be read, and of what the
 * system refuses to do with a file. Undefined for every other error, which is a fault of the program.
 */
export function messageFor(error: unknown): string | undefined {
  if (error instanceof Problem || error instanceof UnreadableError) return error.message;
  const { data } = systemError.safeParse(error);
  if (data === undefined) return undefined;
  const owner = ownerOf(data.path);
  const others =
    /^E(ACCES|PERM)$/.test(data.code) && owner !== undefined && owner !== process.getuid?.()
      ? `; it belongs to the user with the id ${owner}: run this as that user, or give it to yourself with chown`
      : "";
  return `${data.path} cannot be used: ${data.message}${others}`;
}

/**
 * Joins findings into the one message that the user gets.
 * @param title what cannot be done, without a full stop
 * @param findings each with its remedy; at least one
 */
export function findingsMessage(title: string, findings: readonly string[]): string {
  return [`${title}:`, ...findings.map((finding) => `  - ${finding.replaceAll("\n", "\n    ")}`)].join("\n");
}
