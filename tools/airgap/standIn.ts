import { isDeepStrictEqual } from "node:util";
import { main, type Provider } from "@pulumi/pulumi/provider/index.js";
import { z } from "zod";
import { endWithEngine } from "../../provider/engine.ts";
import { hasUnknown, type Properties, secret, unwrapProperties } from "./envelope.ts";

/** What a resource becomes when it is created. */
export interface Created {
  readonly id: string;
  /** Computed properties; the inputs are added to them. */
  readonly outputs: Properties;
}

/** One resource type of a stand-in. Any change of an input makes a new resource, as with the official plugins. */
export interface Definition {
  /** Pulumi's type token. */
  readonly token: string;
  /** Schema of each input, with its default. */
  readonly inputs: Readonly<Record<string, z.ZodType>>;
  /** Properties that are secret, inputs and outputs. */
  readonly secrets: readonly string[];
  /** Inputs that may change without a new resource; default: none. */
  readonly updatable?: readonly string[];
  /** Findings that concern several inputs; called when each input alone is good and known. */
  readonly check?: (inputs: Properties) => readonly { property: string; reason: string }[];
  /** Makes the resource from checked inputs. */
  readonly create: (inputs: Properties) => Promise<Created>;
  /** Computed properties that follow from time or from updatable inputs. */
  readonly refresh?: (properties: Properties) => Properties;
  /** Computed properties whose present value calls for a new resource. */
  readonly expired?: (properties: Properties) => readonly string[];
}

function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** Inputs with their defaults; values that are not known yet or not valid stay as they are. */
function withDefaults(definition: Definition, given: Properties): Properties {
  const complete: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(definition.inputs)) {
    const value = given[name] ?? undefined;
    const parsed = hasUnknown(value) ? undefined : schema.safeParse(value);
    const final = parsed?.success ? parsed.data : value;
    if (final !== undefined) complete[name] = final;
  }
  return complete;
}

function findings(
  definition: Definition,
  given: Properties,
): readonly { property: string; reason: string }[] {
  const found: { property: string; reason: string }[] = [];
  for (const name of Object.keys(given)) {
    if (!(name in definition.inputs)) {
      found.push({ property: name, reason: "not a property that the air-gap stand-in knows" });
    }
  }
  for (const [name, schema] of Object.entries(definition.inputs)) {
    if (hasUnknown(given[name])) continue;
    const parsed = schema.safeParse(given[name] ?? undefined);
    for (const issue of parsed.error?.issues ?? []) {
      found.push({ property: [name, ...issue.path].join("."), reason: issue.message });
    }
  }
  const all = withDefaults(definition, given);
  return found.length > 0 || hasUnknown(all) ? found : (definition.check?.(all) ?? []);
}

function markSecrets(definition: Definition, properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [
      name,
      definition.secrets.includes(name) && value !== undefined ? secret(value) : value,
    ]),
  );
}

/**
 * A Pulumi provider from resource definitions.
 * @param version of the plugin that it stands in for
 */
export function standIn(
  version: string,
  definitions: readonly Definition[],
): Required<Pick<Provider, "check" | "diff" | "create" | "read" | "update" | "delete">> & {
  readonly version: string;
} {
  const find = (urn: string): Definition => {
    const found = definitions.find(({ token }) => token === typeOf(urn));
    if (found) return found;
    const known = definitions.map(({ token }) => token).join(", ");
    throw new Error(
      `${typeOf(urn)}: the air-gap stand-in has only ${known}; with access to the internet, remove .cache/pulumi/plugins and run set-up again to get the official plugin`,
    );
  };
  return {
    version,
    async check(urn, _olds, news) {
      const definition = find(urn);
      const inputs = unwrapProperties(news);
      const failures = [...findings(definition, inputs)];
      return { inputs: markSecrets(definition, withDefaults(definition, inputs)), failures };
    },
    async diff(_id, urn, olds, news) {
      const definition = find(urn);
      const before = unwrapProperties(olds);
      const after = withDefaults(definition, unwrapProperties(news));
      const old = withDefaults(definition, before);
      const changed = Object.keys(definition.inputs).filter(
        (name) => !isDeepStrictEqual(old[name], after[name]),
      );
      const replaces = [
        ...changed.filter((name) => !definition.updatable?.includes(name)),
        ...(hasUnknown(after) ? [] : (definition.expired?.({ ...before, ...after }) ?? [])),
      ];
      return { changes: changed.length + replaces.length > 0, replaces };
    },
    async create(urn, news) {
      const definition = find(urn);
      const inputs = withDefaults(definition, unwrapProperties(news));
      const { id, outputs } = await definition.create(inputs);
      return { id, outs: markSecrets(definition, { ...inputs, ...outputs }) };
    },
    async read(id, urn, props) {
      const definition = find(urn);
      const properties = unwrapProperties(props);
      if (Object.keys(properties).length === 0) {
        throw new Error(`${typeOf(urn)}: the air-gap stand-in cannot import`);
      }
      return { id, props: markSecrets(definition, { ...properties, ...definition.refresh?.(properties) }) };
    },
    async update(_id, urn, olds, news) {
      const definition = find(urn);
      const properties = {
        ...unwrapProperties(olds),
        ...withDefaults(definition, unwrapProperties(news)),
      };
      return { outs: markSecrets(definition, { ...properties, ...definition.refresh?.(properties) }) };
    },
    // Nothing but the state holds these resources.
    async delete() {},
  };
}

/** Serves a stand-in to the engine that started this process, and ends when the engine is gone. */
export async function serveStandIn(version: string, definitions: readonly Definition[]): Promise<void> {
  endWithEngine();
  // So the engine asks it to go; one that just dies of it would leave nothing in Node's compile cache for the next.
  process.once("SIGINT", () => process.exit());
  await main(standIn(version, definitions), process.argv.slice(2));
}

/** Optional map whose change makes a new resource. */
export const keepers = z.record(z.string(), z.string()).optional();
