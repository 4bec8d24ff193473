/** The one place that knows how the engine wraps secrets, outputs and unknown values. Pure. */
import { z } from "zod";

/** Plain property bag of a resource. */
export type Bag = Readonly<Record<string, unknown>>;

const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const envelope = z.looseObject({
  [signature]: z.string(),
  value: z.unknown().optional(),
  secret: z.boolean().optional(),
});
const bag = z.record(z.string(), z.unknown());

/** A bag out of whatever the engine sent; an empty one for nothing. */
export function bagOf(value: unknown): Bag {
  const parsed = bag.safeParse(value);
  return parsed.success ? parsed.data : {};
}

/** The value without secret and output envelopes, at any depth. An output without a value is unknown. */
export function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrap);
  const wrapped = envelope.safeParse(value);
  if (wrapped.success) {
    const kind = wrapped.data[signature];
    if (kind === secretSignature) return unwrap(wrapped.data.value);
    if (kind === outputSignature)
      return wrapped.data.value === undefined ? unknownValue : unwrap(wrapped.data.value);
    return value;
  }
  const properties = bag.safeParse(value);
  return properties.success
    ? Object.fromEntries(Object.entries(properties.data).map(([key, inner]) => [key, unwrap(inner)]))
    : value;
}

/** Whether the value, at any depth, is not known yet (a preview of something not yet made). */
export function hasUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  const properties = bag.safeParse(value);
  return properties.success && Object.values(properties.data).some(hasUnknown);
}

/** Whether the value holds a secret at any depth. */
export function hasSecret(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasSecret);
  const properties = bag.safeParse(value);
  if (!properties.success) return false;
  const { [signature]: kind, secret } = properties.data;
  if (kind === secretSignature || (kind === outputSignature && secret === true)) return true;
  return Object.values(properties.data).some(hasSecret);
}

/** The bag with the properties that were secret in `source` wrapped as secrets again. */
export function rewrap(plain: Bag, source: Bag): Bag {
  return Object.fromEntries(
    Object.entries(plain).map(([key, value]) => [
      key,
      hasSecret(source[key]) ? { [signature]: secretSignature, value } : value,
    ]),
  );
}
