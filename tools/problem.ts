/** A failure that the user can mend: printed as its message alone, without a stack trace. */
export class Problem extends Error {
  override readonly name = "Problem";
}

/**
 * Joins findings into the one message that the user gets.
 * @param title what cannot be done, without a full stop
 * @param findings each with its remedy; at least one
 */
export function findingsMessage(title: string, findings: readonly string[]): string {
  return [`${title}:`, ...findings.map((finding) => `  - ${finding.replaceAll("\n", "\n    ")}`)].join("\n");
}
