/** The provider protocol over kinds: check, diff, create, read, update, delete. */
import { isDeepStrictEqual } from "node:util";
import type { Provider } from "@pulumi/pulumi/provider/index.js";
import { z } from "zod";
import { jsonOf } from "../config/json.ts";
import { type Bag, bagOf, hasUnknown, rewrap, unwrap } from "./envelopes.ts";
import { type Kind, Refusal } from "./kind.ts";
import { messageOf } from "./system.ts";
import type { Work } from "./work.ts";

/** What is wrong with one property, as the engine shows it. */
interface Failure {
  property: string;
  reason: string;
}

/** A kind with its input type hidden behind bags. */
interface Handler {
  check(news: Bag): Failure[];
  diff(olds: Bag, news: Bag): { changes: boolean; replaces: string[]; deleteBeforeReplace: boolean };
  create(inputs: Bag): Promise<{ id: string; outs: Bag }>;
  read(id: string, state: Bag): Promise<{ id: string; props: Bag; inputs: Bag | undefined }>;
  update(id: string, olds: Bag, news: Bag): Promise<Bag>;
  remove(state: Bag): Promise<void>;
}

/** A value at a path, `host.name`; unknown where something on the way is. */
function at(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value === "string" && hasUnknown(value)) return value;
    return Array.isArray(value) ? value[Number(key)] : bagOf(value)[String(key)];
  }, root);
}

/** Undefined and missing are the same to the engine, and so is the order of keys, which seldom differs. */
function same(one: unknown, other: unknown): boolean {
  const [first, second] = [JSON.stringify(one ?? null), JSON.stringify(other ?? null)];
  return first === second || isDeepStrictEqual(jsonOf(first, z.unknown()), jsonOf(second, z.unknown()));
}

/**
 * Makes a failure one that the engine records with the resource, so that the next `up` goes on from there and
 * `destroy` finds what there is. A refusal touched nothing and stays what it is.
 */
function halfMade(error: unknown, id: string, properties: Bag): Error {
  if (error instanceof Refusal) return error;
  return Object.assign(new Error(messageOf(error)), { id, properties, reasons: [messageOf(error)] });
}

/** What the shape of the inputs has against them, a failure for each property. Pure. */
function shapeFailures(error: z.ZodError, plain: Bag): Failure[] {
  return error.issues.flatMap((issue) => {
    const property = issue.path.map(String).join(".");
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => ({
        property: [...issue.path, key].map(String).join("."),
        reason: "there is no such property",
      }));
    return hasUnknown(at(plain, issue.path)) ? [] : [{ property, reason: issue.message }];
  });
}

/** Hides a kind's input type. */
export function handlerOf<I extends object, S extends object>(kind: Kind<I, S>): Handler {
  const parse = (bag: Bag): I => kind.inputs.parse(bag);
  const keysOf = (bag: Bag) => Object.keys(bag);

  const known = new Set(Object.keys(kind.kept.shape.shape));

  /** What the state keeps of the inputs: the properties that the kind knows, without its outputs. */
  const keptIn = (state: Bag): S =>
    kind.kept.shape.parse(Object.fromEntries(Object.entries(state).filter(([key]) => known.has(key))));

  /** The same; null when the state is of an older shape. */
  const previousIn = (state: Bag): S | null => {
    try {
      return keptIn(state);
    } catch {
      return null;
    }
  };

  /** What the state keeps of the inputs that were given: without defaults, which a later version may change. */
  const keptOf = (inputs: I, given: Bag): Bag => {
    const kept = bagOf(kind.kept.of(inputs));
    return Object.fromEntries(keysOf(given).map((key) => [key, kept[key]]));
  };

  /**
   * Compared with their defaults. What is unknown counts as changed, and so does a state of an older shape. A refresh
   * asks with the inputs that the state has, so the newer ones may be of an older shape as well.
   */
  const isChanged = (before: Bag, after: Bag): boolean => {
    if (hasUnknown(after)) return true;
    const wanted = kind.inputs.safeParse(after);
    const kept = wanted.success ? kind.kept.of(wanted.data) : previousIn(after);
    return kept === null || !same(previousIn(before), kept);
  };

  return {
    check(news) {
      const plain = bagOf(unwrap(news));
      const result = kind.inputs.safeParse(plain);
      if (!result.success) return shapeFailures(result.error, plain);
      if (hasUnknown(plain)) return [];
      return (kind.findings?.(result.data) ?? []).map(({ path, problem, remedy }) => ({
        property: path,
        reason: `${problem}. ${remedy}`,
      }));
    },

    diff(olds, news) {
      const before = bagOf(unwrap(olds));
      const after = bagOf(unwrap(news));
      const drift = before.drift;
      const replaces = kind.replaceOn.filter((path) => {
        const value = at(after, path.split("."));
        return !hasUnknown(value) && !same(at(before, path.split(".")), value);
      });
      return {
        changes: isChanged(before, after) || (Array.isArray(drift) && drift.length > 0),
        replaces: replaces.map((path) => path.split(".")[0] ?? path),
        deleteBeforeReplace: kind.createBeforeDelete !== true,
      };
    },

    async create(news) {
      const inputs = parse(bagOf(unwrap(news)));
      const id = kind.id(inputs);
      const plain = keptOf(inputs, bagOf(news));
      try {
        const outputs = await kind.ensure(inputs, null);
        return { id, outs: rewrap({ ...plain, ...outputs, drift: [] }, news) };
      } catch (error) {
        throw halfMade(error, id, rewrap(plain, news));
      }
    },

    async read(id, state) {
      if (keysOf(state).length === 0) {
        if (!kind.adopt) throw new Error(`${kind.type} cannot be imported`);
        const { inputs, outputs } = await kind.adopt(id);
        return { id, props: { ...kind.kept.of(inputs), ...outputs, drift: [] }, inputs: bagOf(inputs) };
      }
      const plain = bagOf(unwrap(state));
      const drift = await kind.observe(keptIn(plain), plain);
      if (drift === "gone") return { id: "", props: {}, inputs: undefined };
      return { id, props: rewrap({ ...plain, drift: [...drift] }, state), inputs: undefined };
    },

    async update(id, olds, news) {
      const inputs = parse(bagOf(unwrap(news)));
      try {
        const outputs = await kind.ensure(inputs, previousIn(bagOf(unwrap(olds))));
        return rewrap({ ...keptOf(inputs, bagOf(news)), ...outputs, drift: [] }, news);
      } catch (error) {
        // With the properties that it had: what is left over of those is still known to the next attempt.
        throw halfMade(error, id, olds);
      }
    },

    async remove(state) {
      await kind.remove(keptIn(bagOf(unwrap(state))));
    },
  };
}

/** `urn:pulumi:dev::foobar::a$onebox:index:Host::web-1` → `onebox:index:Host` */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** `urn:pulumi:dev::foobar::a$onebox:index:Host::web-1` → `web-1` */
const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");

/** A provider that offers these kinds. `work` learns what is under way. */
export function providerOf(version: string, handlers: ReadonlyMap<string, Handler>, work: Work): Provider {
  const handler = (urn: string): Handler => {
    const found = handlers.get(typeOf(urn));
    if (!found) throw new Error(`this provider has no resource type ${typeOf(urn)}`);
    return found;
  };
  return {
    version,
    check: async (urn, _olds, news) => ({ inputs: news, failures: handler(urn).check(bagOf(news)) }),
    diff: async (_id, urn, olds, news) => handler(urn).diff(bagOf(olds), bagOf(news)),
    create: (urn, inputs) => work.on(nameOf(urn), () => handler(urn).create(bagOf(inputs))),
    read: (id, urn, props) => handler(urn).read(id, bagOf(props)),
    update: async (id, urn, olds, news) => ({
      outs: await work.on(nameOf(urn), () => handler(urn).update(id, bagOf(olds), bagOf(news))),
    }),
    delete: (_id, urn, props) => work.on(nameOf(urn), () => handler(urn).remove(bagOf(props))),
    cancel: async () => work.interrupt(),
  };
}
