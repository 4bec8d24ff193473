/** A finding about some input, and the one message that carries all of them. Pure. */

/** One thing that is wrong: where it is, what is wrong with it, how to mend it. */
export interface Finding {
  readonly path: string;
  readonly problem: string;
  readonly remedy: string;
}

/** All findings as one message, a line each under the heading. */
export function findingsMessage(heading: string, findings: readonly Finding[]): string {
  const lines = findings.map(({ path, problem, remedy }) => `  - ${path}: ${problem}. ${remedy}`);
  return [heading, ...lines].join("\n");
}
