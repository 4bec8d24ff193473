/** The text of a stack's configuration file, beside what Pulumi makes of it: which of its secrets are readable there. */
import { existsSync, readFileSync } from "node:fs";

/** The file's name, in the project's folder, where the program runs. */
export const stackFileName = (stack: string) => `Pulumi.${stack}.yaml`;

/** Its text; null where there is none, as with `--config-file`. */
export function stackFileText(stack: string): string | null {
  const name = stackFileName(stack);
  return existsSync(name) ? readFileSync(name, "utf8") : null;
}
