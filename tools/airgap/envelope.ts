import { z } from "zod";

/** Key by which Pulumi's protocol marks wrapped values. */
const signature = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";
const outputMark = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** What the protocol sends for a value that is not known during a preview. */
const unknownMark = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const record = z.record(z.string(), z.unknown());

/** A property bag of the protocol. */
export type Properties = Readonly<Record<string, unknown>>;

/** Puts a value into the envelope of a secret. */
export function secret(value: unknown): Properties {
  return { [signature]: secretMark, value };
}

/** Told without a schema: every value of every resource passes here, several times a run. */
const isBag = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Takes secrets and outputs out of their envelopes, deeply. */
export function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrap);
  if (!isBag(value)) return value;
  const mark = value[signature];
  if (mark === secretMark) return unwrap(value.value);
  // An output without a value is one that is not known yet.
  if (mark === outputMark) return "value" in value ? unwrap(value.value) : unknownMark;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unwrap(each)]));
}

/** `unwrap` for a whole property bag. */
export function unwrapProperties(value: unknown): Properties {
  return record.parse(unwrap(value ?? {}));
}

/** Whether an unwrapped value is, or has inside it, one that is not known yet. */
export function hasUnknown(value: unknown): boolean {
  if (value === unknownMark) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUnknown);
}
