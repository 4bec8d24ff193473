/** Readings that several rules share. Pure. */
import { z } from "zod";

/** Yes or no, as Pulumi writes it or, in some properties of AWS, as text. Left out is no. */
export const flag = z
  .union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")])
  .nullish()
  .transform((value) => value ?? false);

/** Text; left out is null. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);

/** A number; left out is null. */
export const number = z
  .number()
  .nullish()
  .transform((value) => value ?? null);

/** A list; left out is empty. */
export const listOf = <S extends z.ZodType>(each: S) =>
  z
    .array(each)
    .nullish()
    .transform((value) => value ?? []);

/** Name → value; left out is empty. */
export const mapOf = <S extends z.ZodType>(value: S) =>
  z
    .record(z.string(), value)
    .nullish()
    .transform((map) => map ?? {});

const defaultTags = z.object({ tags: mapOf(z.string()) });

/** Providers keep structures as JSON text. */
const provider = z
  .object({
    defaultTags: z
      .union([defaultTags, z.string().transform((json) => defaultTags.parse(JSON.parse(json)))])
      .nullish(),
  })
  .nullish();

/** Tags that a provider puts on everything it makes. */
export function tagsOfProvider(properties: unknown): Readonly<Record<string, string>> {
  return provider.parse(properties)?.defaultTags?.tags ?? {};
}

/** Whether a resource belongs to production: its provider's tags say so. */
export function isProduction(tags: Readonly<Record<string, string>>): boolean {
  return tags.environment === "production";
}
