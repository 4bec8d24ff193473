/** The only reader of the stack's configuration. */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { findingsMessage } from "./findings.ts";
import { requireJson } from "./json.ts";
import { parseSettings } from "./parse.ts";
import type { Keeping } from "./plainSecrets.ts";
import type { Checked } from "./schema.ts";
import { type Sealed, sealSecrets } from "./secret.ts";
import { stackFileName, stackFileText } from "./stackFile.ts";

/** Settings as the components get them; a secret key holds a secret `pulumi.Output<string>`. */
export type Settings = Sealed<Checked, pulumi.Output<string>>;

const keyList = z.array(z.string());

/**
 * The project's keys that the engine holds encrypted; undefined where nothing tells, as with mocks. The SDK keeps the
 * list to itself, so it is read where the engine puts it.
 */
function encryptedKeys(prefix: string): ReadonlySet<string> | undefined {
  const text = process.env.PULUMI_CONFIG_SECRET_KEYS;
  if (text === undefined) return undefined;
  const told = requireJson(
    text,
    keyList,
    "PULUMI_CONFIG_SECRET_KEYS",
    "the engine writes a list of keys into it",
  );
  const keys = told.map((key) => key.replace(":config:", ":"));
  return new Set(keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)));
}

/** How secrets are kept; undefined where nothing tells. */
function keepingOf(prefix: string, stack: string): Keeping | undefined {
  const encrypted = encryptedKeys(prefix);
  if (encrypted === undefined) return undefined;
  return { encrypted, stackFile: stackFileText(stack) };
}

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
  const stack = pulumi.getStack();
  const parsed = parseSettings(raw, keepingOf(prefix, stack), stack);
  if (parsed.ok) return sealSecrets(parsed.settings, (text) => pulumi.secret(text));
  const count = parsed.findings.length;
  throw new pulumi.RunError(
    findingsMessage(
      `The configuration of stack ${stack} (${stackFileName(stack)}) has ${count === 1 ? "1 problem" : `${count} problems`}; the \`pulumi config\` lines need \`--stack ${stack}\` unless it is the selected one:`,
      parsed.findings,
    ),
  );
}
