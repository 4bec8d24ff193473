/** Secrets among the settings: kept from every message until Pulumi holds them. Pure. */
import { z } from "zod";

/** Text that must never be shown. Printed, logged or turned into JSON it is only `[secret]`. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Only for handing it to Pulumi as a secret. */
  reveal(): string {
    return this.#text;
  }

  /** Whether it has a certain form; the text stays inside. */
  matches(pattern: RegExp): boolean {
    return pattern.test(this.#text);
  }

  /** Whether it stands, whole and readable, as a value in a YAML or JSON text. */
  standsIn(text: string): boolean {
    return new RegExp(`(?:^|[\\s"'[{,])${RegExp.escape(this.#text)}(?:$|[\\s"'\\]},])`, "m").test(text);
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }
}

/**
 * A key whose value is a secret: never shown in a finding, set with `pulumi config set --secret`, and a secret
 * `pulumi.Output<string>` in `Settings`. Not empty.
 */
export const secretText = () =>
  z
    .string()
    .min(1)
    .transform((text) => new Secret(text))
    .meta({ secret: true });

/** The same settings with each `Secret` replaced by an `S`. */
export type Sealed<T, S> = T extends Secret
  ? S
  : T extends readonly (infer E)[]
    ? Sealed<E, S>[]
    : T extends object
      ? { [K in keyof T]: Sealed<T[K], S> }
      : T;

/** Replaces every `Secret`, at any depth, by what `seal` makes of its text. */
export function sealSecrets<T, S>(value: T, seal: (text: string) => S): Sealed<T, S>;
export function sealSecrets(value: unknown, seal: (text: string) => unknown): unknown {
  if (value instanceof Secret) return seal(value.reveal());
  if (Array.isArray(value)) return value.map((entry) => sealSecrets(entry, seal));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, sealSecrets(entry, seal)]));
}
