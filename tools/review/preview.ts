/** What a preview says, read from the engine's own events. Pure. */
import { z } from "zod";
import { requireJson } from "../../config/json.ts";

/** What happens to a resource. */
export type Change = "create" | "update" | "replace" | "delete";

export interface ChangedResource {
  readonly change: Change;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Properties that differ. */
  readonly properties: readonly string[];
}

export interface PolicyFinding {
  readonly rule: string;
  readonly resource: string;
  readonly message: string;
  /** A violation stops the update; a note says what the rule could not see yet. */
  readonly kind: "violation" | "note";
}

/** A preview of one stack. */
export interface Preview {
  readonly stack: string;
  /** Whether the program ran against mocks: then everything is a creation. */
  readonly mocked: boolean;
  readonly changes: readonly ChangedResource[];
  readonly findings: readonly PolicyFinding[];
  /** What kept the preview from its end. */
  readonly errors: readonly string[];
}

const step = z.object({
  metadata: z.object({
    op: z.string(),
    urn: z.string(),
    type: z.string(),
    diffs: z.array(z.string()).nullish(),
  }),
});

const event = z.object({
  resourcePreEvent: step.optional(),
  policyEvent: z
    .object({
      resourceUrn: z.string().nullish(),
      message: z.string(),
      policyName: z.string(),
      enforcementLevel: z.string(),
    })
    .optional(),
  diagnosticEvent: z.object({ severity: z.string(), message: z.string() }).optional(),
});

/** Name at the end of a URN. */
export const nameOf = (urn: string): string => urn.split("::").at(-1) ?? urn;

function changeOf(operation: string): Change | null {
  if (operation.includes("replace")) return "replace";
  return operation === "create" || operation === "update" || operation === "delete" ? operation : null;
}

/**
 * Reads what `pulumi preview --json` prints with PULUMI_ENABLE_STREAMING_JSON_PREVIEW: an event a line. The summary that
 * it prints without has no policy findings.
 * @throws UnreadableError when a line is no event
 */
export function readPreview(stack: string, lines: string): Preview {
  const events = lines
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) =>
      requireJson(line, event, "a line of the preview", "is the version of Pulumi the project's?"),
    );
  const changes = new Map<string, ChangedResource>();
  for (const { resourcePreEvent } of events) {
    if (resourcePreEvent === undefined) continue;
    const { op, urn, type, diffs } = resourcePreEvent.metadata;
    const change = changeOf(op);
    // A replacement is three events about one resource.
    if (change === null || changes.has(urn)) continue;
    changes.set(urn, { change, urn, type, name: nameOf(urn), properties: diffs ?? [] });
  }
  return {
    stack,
    mocked: false,
    changes: [...changes.values()],
    findings: events.flatMap(({ policyEvent }) =>
      policyEvent === undefined
        ? []
        : [
            {
              rule: policyEvent.policyName,
              resource: nameOf(policyEvent.resourceUrn ?? stack),
              message: policyEvent.message.trim(),
              kind: policyEvent.enforcementLevel === "advisory" ? ("note" as const) : ("violation" as const),
            },
          ],
    ),
    errors: events.flatMap(({ diagnosticEvent }) =>
      diagnosticEvent?.severity === "error" ? [diagnosticEvent.message.trim()] : [],
    ),
  };
}
