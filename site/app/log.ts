/** What of an error may be written down: no statement, no values, no credentials. */
interface Described {
  readonly message: string;
  readonly code: string | null;
}

/** Message and code of anything that was thrown. */
export function describe(error: unknown): Described {
  if (!(error instanceof Error)) return { message: String(error), code: null };
  const code = "code" in error && typeof error.code === "string" ? error.code : null;
  return { message: error.message, code };
}

/**
 * Writes one JSON line to stderr.
 * @param event what failed, as a short stable name that a search can use
 * @param error what was thrown
 * @param context plain facts that help to place it; never a visitor's text, never a secret
 */
export function logError(
  event: string,
  error: unknown,
  context: Readonly<Record<string, string>> = {},
): void {
  const line = { time: new Date().toISOString(), level: "error", event, ...describe(error), ...context };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}
