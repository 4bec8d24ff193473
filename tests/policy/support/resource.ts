import type { Judged } from "./pack.ts";

const tagged = (environment: string) => ({
  defaultTags: JSON.stringify({ tags: { project: "foobar", stack: "test", environment } }),
});

/** Properties of providers, as the engine keeps them. */
export const providers = { staging: tagged("staging"), production: tagged("production"), bare: {} } as const;

/** URN of a resource. */
export const urn = (type: string, name = "it") => `urn:pulumi:test::foobar::${type}::${name}`;

/** A resource of staging named `it`, with what is given. */
export function resource(
  type: string,
  properties: Readonly<Record<string, unknown>>,
  more: Partial<Omit<Judged, "type" | "properties">> = {},
): Judged {
  return {
    urn: urn(type, more.name),
    type,
    name: "it",
    properties,
    ...(type.startsWith("aws:") ? { provider: providers.staging } : {}),
    ...more,
  };
}

/** A rule's two cases: what it lets pass, and what it stops and how it says so. */
export interface Case {
  readonly rule: string;
  readonly passing: readonly Judged[];
  /** Each alone breaks the rule. */
  readonly failing: readonly { readonly resources: readonly Judged[]; readonly says: RegExp }[];
}

/** A case about resources of one type, one by one. */
export function about(
  rule: string,
  type: string,
  passing: Readonly<Record<string, unknown>>,
  ...failing: readonly (readonly [Readonly<Record<string, unknown>>, RegExp])[]
): Case {
  return {
    rule,
    passing: [resource(type, passing)],
    failing: failing.map(([properties, says]) => ({ resources: [resource(type, properties)], says })),
  };
}
