/** The schema as a tree of keys, for everything that talks about keys: messages and reference. Pure. */
import { z } from "zod";

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** The bounds of safe integers are what zod writes for no bound at all. */
const bound = z
  .number()
  .transform((value) => (Math.abs(value) === Number.MAX_SAFE_INTEGER ? undefined : value))
  .optional();

/**
 * One key's description: JSON Schema's words, and the project's own, which come from `.meta()`: `unit`;
 * `form`, which completes `must be ...`; `example`, a valid value; `secret`; `seldom`, when to set a key that stands in
 * no example to be copied.
 */
const key = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(scalar).optional(),
  const: scalar.optional(),
  minimum: bound,
  maximum: bound,
  minLength: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  default: z.unknown().optional(),
  description: z.string().optional(),
  unit: z.string().optional(),
  form: z.string().optional(),
  example: scalar.optional(),
  secret: z.boolean().optional(),
  seldom: z.string().optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), key).optional();
  },
  get propertyNames() {
    return key.optional();
  },
  get additionalProperties() {
    return z.union([z.literal(false), key]).optional();
  },
  get items() {
    return key.optional();
  },
  get anyOf() {
    return z.array(key).optional();
  },
  get oneOf() {
    return z.array(key).optional();
  },
});

export type Key = z.output<typeof key>;

/** The root of a schema's keys, as they are written (before defaults and transformations). */
export function keysOf(schema: z.ZodType): Key {
  return key.parse(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
}

/** The forms that a key may take: itself, or its alternatives. */
export function alternativesOf(node: Key): readonly Key[] {
  const options = node.anyOf ?? node.oneOf;
  return options ? options.flatMap(alternativesOf) : [node];
}

function step(node: Key, part: PropertyKey): readonly Key[] {
  if (typeof part === "number") return node.items ? [node.items] : [];
  const child = Object.hasOwn(node.properties ?? {}, part) ? node.properties?.[String(part)] : undefined;
  if (child) return [child];
  return node.additionalProperties ? [node.additionalProperties] : [];
}

/** Every description that a path may have; several when a structure comes in alternatives, none for an unknown key. */
export function keysAt(root: Key, path: readonly PropertyKey[]): readonly Key[] {
  return path.reduce<readonly Key[]>(
    (nodes, part) => nodes.flatMap(alternativesOf).flatMap((node) => step(node, part)),
    [root],
  );
}

/** Names of the keys that a structure may hold. */
export function namesIn(node: Key): readonly string[] {
  return [...new Set(alternativesOf(node).flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

/** Whether the key, or one below it, is a secret. */
export function holdsSecret(node: Key): boolean {
  const below = [node.items, node.additionalProperties, ...Object.values(node.properties ?? {})];
  return (
    node.secret === true ||
    below.some((child) => typeof child === "object" && holdsSecret(child)) ||
    [...(node.anyOf ?? []), ...(node.oneOf ?? [])].some(holdsSecret)
  );
}

/** JSON type names that a key accepts; empty: any. */
export function typesOf(node: Key): readonly string[] {
  return alternativesOf(node).flatMap(({ type = [] }) => type);
}
