/** Finds secrets where only plain text may be. Pure. */

const patterns = [
  { what: "a private key", pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/ },
  { what: "an access key of AWS", pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { what: "a URL with a password", pattern: /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:[^\s:/@]+@/i },
  {
    what: "a password or token",
    // A value that is a variable, a path or an ARN leads to a secret and is none; an ARN has the word `secret:` itself.
    pattern:
      /(?<!\barn:[\w:-]*)\b\w*(?:password|passwd|secret|token|api_?key)["']?\s*[:=]\s*["']?(?![$/<]|arn:)[\w+/=-]{12,}/i,
  },
] as const;

/** What kinds of secret a text holds. */
export function secretsIn(text: string): readonly string[] {
  return patterns.filter(({ pattern }) => pattern.test(text)).map(({ what }) => what);
}

/** Secrets among environment variables, by the names that hold them. */
export function secretsInEnvironment(
  variables: Readonly<Record<string, string>>,
): readonly { readonly name: string; readonly what: string }[] {
  return Object.entries(variables).flatMap(([name, value]) =>
    secretsIn(`${name}=${value}`).map((what) => ({ name, what })),
  );
}
