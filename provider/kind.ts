/** What a resource of this provider is: its inputs, and how it is made so, observed and removed. */
import type { z } from "zod";
import type { Finding } from "../config/findings.ts";
import type { Bag } from "./envelopes.ts";

/**
 * A kind of resource. Every kind is a reconciler: `ensure` brings what exists to what the inputs say, whatever the
 * start, and may be repeated at any time; so an interrupted `up` is mended by the next.
 */
export interface Kind<I extends object, S extends object = I> {
  /** Type token, `onebox:index:<Name>`. */
  readonly type: string;
  /** Shape of the inputs; unknown properties are refused. */
  readonly inputs: z.ZodType<I>;
  /** What the state keeps of the inputs: enough to see drift by and to remove by. */
  readonly kept: Kept<I, S>;
  /** Inputs whose change makes it another resource: dotted paths, `host.name`. */
  readonly replaceOn: readonly string[];
  /** Whether a replacement is made before the old one goes; by default the old one goes first. */
  readonly createBeforeDelete?: boolean;
  /** Findings beyond the shape. Only called with known, well-shaped inputs. */
  findings?(inputs: I): readonly Finding[];
  /** The identity within the provider. */
  id(inputs: I): string;
  /** Makes it so; returns the outputs beyond the inputs. @throws Refusal before anything was touched, Error after. */
  ensure(inputs: I, previous: S | null): Promise<Bag>;
  /** What differs from the inputs, a line each; empty when nothing does. `gone` when it does not exist any more. */
  observe(kept: S, outputs: Bag): Promise<readonly string[] | "gone">;
  /** Removes it, however much of it there is. */
  remove(kept: S): Promise<void>;
  /**
   * The inputs and further outputs of something that exists, by its id, for `pulumi import`; absent where what exists
   * does not tell its inputs.
   */
  adopt?(id: string): Promise<{ readonly inputs: I; readonly outputs: Bag }>;
}

/** The shape of an object that names its properties. */
export type ObjectShape<T extends object> = z.ZodType<T> & {
  readonly shape: Readonly<Record<string, unknown>>;
};

/** How the inputs are kept in the state. */
export interface Kept<I extends object, S extends object> {
  /** Takes whole inputs too: states of older versions hold those, and so does one of a failed creation. */
  readonly shape: ObjectShape<S>;
  of(inputs: I): S;
}

/** Inputs that the state keeps whole. */
export const keptWhole = <I extends object>(inputs: ObjectShape<I>) => ({
  inputs,
  kept: { shape: inputs, of: (given: I): I => given } satisfies Kept<I, I>,
});

/** Thrown when a resource cannot be made and nothing was touched: the engine then records nothing. */
export class Refusal extends Error {}
