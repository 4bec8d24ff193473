/** The one place that knows how the engine wraps secrets, outputs and unknown values. Pure. */
/** Plain property bag of a resource. */
export type Bag = Readonly<Record<string, unknown>>;

const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Told without a schema: every value of every resource passes here, several times a run. */
const isBag = (value: unknown): value is Bag =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A bag out of whatever the engine sent; an empty one for nothing. */
export function bagOf(value: unknown): Bag {
  return isBag(value) ? value : {};
}

/** The value without secret and output envelopes, at any depth. An output without a value is unknown. */
export function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrap);
  if (!isBag(value)) return value;
  const kind = value[signature];
  if (kind === secretSignature) return unwrap(value.value);
  if (kind === outputSignature) return value.value === undefined ? unknownValue : unwrap(value.value);
  // An asset, an archive or a resource: none of ours to look into.
  if (typeof kind === "string") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unwrap(inner)]));
}

/** Whether the value, at any depth, is not known yet (a preview of something not yet made). */
export function hasUnknown(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isBag(value) ? Object.values(value).some(hasUnknown) : value === unknownValue;
}

/** Whether the value holds a secret at any depth. */
export function hasSecret(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasSecret);
  if (!isBag(value)) return false;
  const { [signature]: kind, secret } = value;
  if (kind === secretSignature || (kind === outputSignature && secret === true)) return true;
  return Object.values(value).some(hasSecret);
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
