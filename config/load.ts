/** The only reader of the stack's configuration. */
import * as pulumi from "@pulumi/pulumi";
import { findingsMessage } from "./findings.ts";
import { parseSettings } from "./parse.ts";
import type { Checked } from "./schema.ts";
import { type Sealed, sealSecrets } from "./secret.ts";

/** Settings as the components get them; a secret key holds a secret `pulumi.Output<string>`. */
export type Settings = Sealed<Checked, pulumi.Output<string>>;

/**
 * The stack's settings, checked, defaults filled in.
 * @throws pulumi.RunError with every finding in one message (printed without a stack trace).
 */
export function loadSettings(): Settings {
  const prefix = `${pulumi.getProject()}:`;
  const raw = Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
  const parsed = parseSettings(raw);
  if (parsed.ok) return sealSecrets(parsed.settings, (text) => pulumi.secret(text));
  const stack = pulumi.getStack();
  const count = parsed.findings.length;
  throw new pulumi.RunError(
    findingsMessage(
      `The configuration of stack ${stack} (Pulumi.${stack}.yaml) has ${count === 1 ? "1 problem" : `${count} problems`}; the \`pulumi config\` lines need \`--stack ${stack}\` unless it is the selected one:`,
      parsed.findings,
    ),
  );
}
