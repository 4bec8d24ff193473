/** The program's stacks under mocks. */
import assert from "node:assert/strict";
import {
  committedConfig,
  type Mocked,
  type MockedStack,
  mockedStack,
  previewedResources,
  type Registered,
} from "./mockedStack.ts";

async function build() {
  const { loadSettings } = await import("../../config/load.ts");
  const { buildStack } = await import("../../components/clouds.ts");
  return buildStack("web", loadSettings());
}

/**
 * Builds a committed stack with some keys changed, under its own name or another.
 * @param answers of functions, where something stands already
 */
export async function programStack(
  stack: string,
  changes: Readonly<Record<string, unknown>> = {},
  name: string = stack,
  answers: Mocked["answers"] = {},
) {
  return mockedStack({ stack: name, config: committedConfig(stack, changes), answers }, build);
}

/** What the first preview of a committed stack registers. */
export async function previewedStack(stack: string): Promise<readonly Registered[]> {
  return previewedResources({ stack, config: committedConfig(stack) }, build);
}

/** `aws:rds/cluster:Cluster` → `rds.Cluster` */
export function shortType(type: string): string {
  const [, path = "", kind = ""] = type.split(":");
  return type.startsWith("aws:") ? `${path.split("/")[0]}.${kind}` : type;
}

/** The one resource of a type and name; `rds.Cluster` for AWS's own. */
export function only(
  { resources }: Pick<MockedStack<unknown>, "resources">,
  type: string,
  name: string,
): Registered {
  const found = resources.filter((each) => shortType(each.type) === type && each.name === name);
  const [first] = found;
  assert.ok(first && found.length === 1, `${found.length} resources ${type} ${name}`);
  return first;
}

/** Every resource of a type. */
export function ofType(
  { resources }: Pick<MockedStack<unknown>, "resources">,
  type: string,
): readonly Registered[] {
  return resources.filter((each) => shortType(each.type) === type);
}

/** Asserts that a resource has these inputs; structures are compared whole. */
export function has(resource: Registered, expected: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(expected)) {
    assert.deepEqual(resource.inputs[key], value, `${resource.type} ${resource.name}: ${key}`);
  }
}
