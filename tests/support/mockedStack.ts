/** Runs the whole program in this process against Pulumi's mocks, and keeps every resource that it registers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import { getMonitor } from "@pulumi/pulumi/runtime/settings.js";
import { parse } from "yaml";
import { z } from "zod";
import { mockedCall, mockedState } from "./mockedProviders.ts";

/** The project's folder. */
export const root = join(import.meta.dirname, "../..");

const stackFile = z.object({ config: z.record(z.string(), z.unknown()) });

/** A configuration as Pulumi hands it to the program: `foobar:cloud` → text. */
export type RawConfig = Readonly<Record<string, string>>;

/** The committed configuration of a stack, with some of its keys replaced (`aws` merged one level deep). */
export function committedConfig(stack: string, changes: Readonly<Record<string, unknown>> = {}): RawConfig {
  const text = readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8");
  const { config } = stackFile.parse(parse(text));
  const changed = Object.fromEntries(
    Object.entries(changes).map(([key, value]) => {
      const name = `foobar:${key}`;
      const before = config[name];
      const merge = (each: unknown) => typeof each === "object" && each !== null && !Array.isArray(each);
      return [name, merge(before) && merge(value) ? Object.assign({}, before, value) : value] as const;
    }),
  );
  return Object.fromEntries(
    Object.entries({ ...config, ...changed })
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)] as const),
  );
}

/** A resource as the engine would have been asked to make it. */
export interface Registered {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The same as the engine hands them on: secrets in envelopes, what is not known yet as a mark. */
  readonly wire: Readonly<Record<string, unknown>>;
  /** URN. */
  readonly parent: string;
  /** URN of the provider that was named; empty for the default one. */
  readonly provider: string;
  /** Input → URNs of the resources that its value comes from. */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly protect: boolean;
  readonly deleteBeforeReplace: boolean;
  /** Whether Pulumi forgets it and leaves it where it is. */
  readonly retainOnDelete: boolean;
  /** Inputs whose changes are passed over. */
  readonly ignoreChanges: readonly string[];
  /** Names of what must be there before it. */
  readonly after: readonly string[];
  /** Names of inputs that hold a secret. */
  readonly secretInputs: readonly string[];
}

/** What the program made. */
export interface MockedStack<T> {
  readonly resources: readonly Registered[];
  readonly result: T;
}

const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const signatureKey = "4dabf18193072939515e22adb298388d";

const holdsSecret = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  (Reflect.get(value, signatureKey) === secretSignature || Object.values(value).some(holdsSecret));

const plain = z.record(z.string(), z.unknown());

/** Takes secrets and outputs out of their envelopes. */
function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (typeof value !== "object" || value === null) return value;
  const signature: unknown = Reflect.get(value, signatureKey);
  if (signature !== undefined && "value" in value) return unwrapped(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, unwrapped(entry)]));
}

/** URN as the mocks give it. */
function urnOf(stack: string, request: RegisterResourceRequest): string {
  const parentType = request.getParent().split("::")[2]?.split("$").at(-1);
  const type = [...(parentType === undefined ? [] : [parentType]), request.getType()].join("$");
  return `urn:pulumi:${stack}::foobar::${type}::${request.getName()}`;
}

/** What is built, and how. */
export interface Mocked {
  readonly stack: string;
  /** As `committedConfig` gives it. */
  readonly config: RawConfig;
  /** Answers of functions, by token, where they are not those of a machine on which nothing stands. */
  readonly answers?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Builds a stack under mocks; what it registers later is in the list by the time the runtime is disconnected. */
async function build<T>({ stack, config, answers = {} }: Mocked, preview: boolean, make: () => Promise<T>) {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) =>
        preview
          ? { id: undefined, state: inputs }
          : {
              id: id === undefined || id === "" ? `${name}-id` : id,
              state: mockedState(type, name, plain.parse(unwrapped(inputs))),
            },
      call: ({ token, inputs }) => answers[token] ?? mockedCall(token, plain.parse(inputs)),
    },
    "foobar",
    stack,
    preview,
  );
  pulumi.runtime.setAllConfig(config);
  const monitor = getMonitor();
  if (!monitor) throw new Error("the mocks have no monitor");
  const original = monitor.registerResource;
  const keep = (request: RegisterResourceRequest) => {
    const inputs = plain.parse(request.getObject()?.toJavaScript() ?? {});
    registered.push({
      urn: urnOf(stack, request),
      type: request.getType(),
      name: request.getName(),
      inputs: plain.parse(unwrapped(inputs)),
      wire: inputs,
      parent: request.getParent(),
      provider: request.getProvider().replace(/::[^:]*$/, ""),
      propertyDependencies: Object.fromEntries(
        request
          .getPropertydependenciesMap()
          .toArray()
          .map(([property]) => [
            property,
            request.getPropertydependenciesMap().get(property)?.getUrnsList() ?? [],
          ]),
      ),
      protect: request.getProtect() ?? false,
      deleteBeforeReplace: request.getDeletebeforereplace(),
      retainOnDelete: request.getRetainondelete() ?? false,
      ignoreChanges: request.getIgnorechangesList(),
      after: request.getDependenciesList().map((urn) => urn.slice(urn.lastIndexOf("::") + 2)),
      secretInputs: Object.entries(inputs).flatMap(([name, value]) => (holdsSecret(value) ? [name] : [])),
    });
  };
  // What the mocks are told is less than what the engine is told: parent and protection are missing there.
  Object.assign(monitor, {
    registerResource: (...args: [RegisterResourceRequest, ...unknown[]]) => {
      keep(args[0]);
      return Reflect.apply(original, monitor, args);
    },
  });
  return { registered, built: await make() };
}

/**
 * Builds a stack under mocks and waits until everything is registered.
 * @param make makes the stack; its result is resolved from outputs
 */
export async function mockedStack<T>(
  mocked: Mocked,
  make: () => Promise<T>,
): Promise<MockedStack<pulumi.Unwrap<T>>> {
  const { registered, built } = await build(mocked, false, make);
  const known = pulumi.output(built);
  const result = await new Promise<pulumi.Unwrap<T>>((resolve) => {
    known.apply((value) => resolve(value));
  });
  await pulumi.runtime.disconnect();
  return { resources: registered, result };
}

/** What a first preview registers: nothing is made, so no output is known. */
export async function previewedResources(
  mocked: Mocked,
  make: () => Promise<unknown>,
): Promise<readonly Registered[]> {
  const { registered } = await build(mocked, true, make);
  await pulumi.runtime.disconnect();
  return registered;
}
