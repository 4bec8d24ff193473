/** Which resources of a stack are made anew to rotate its keys or passwords. */
import { z } from "zod";
import { requireJson } from "../../config/json.ts";
import type { OneboxStack } from "../onebox/stack.ts";
import { exportedMend, exportedState, exportState } from "../pulumi/deployment.ts";

const urnsSchema = z.object({
  deployment: z.object({ resources: z.array(z.object({ urn: z.string() })).optional() }),
});

/** Keys but for the authority's own, whose change every client would have to hear of; passwords. */
const wanted = {
  certificates: /\$tls:index\/privateKey:PrivateKey::(?!.*-ca$)/,
  passwords: /\$random:index\/randomPassword:RandomPassword::.*-site$/,
} as const;

/** URNs in an exported state whose replacement rotates. Pure. */
export function urnsToReplace(exported: string, what: keyof typeof wanted): readonly string[] {
  const { deployment } = requireJson(exported, urnsSchema, exportedState, exportedMend);
  return (deployment.resources ?? []).map(({ urn }) => urn).filter((urn) => wanted[what].test(urn));
}

/** The same of a stack. @throws Error when there is nothing to replace */
export async function keysToReplace(
  stack: OneboxStack,
  what: keyof typeof wanted,
): Promise<readonly string[]> {
  const urns = urnsToReplace(await exportState(stack.name, stack.env), what);
  if (urns.length === 0) throw new Error(`stack ${stack.name} has no ${what} of its own`);
  return urns;
}
