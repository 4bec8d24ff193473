import type { PolicyResource } from "@pulumi/policy";

/** Whether a property's value comes from a resource; known before the value is. */
export function comesFrom(resource: PolicyResource, property: string, source: PolicyResource): boolean {
  return (resource.propertyDependencies[property] ?? []).some(({ urn }) => urn === source.urn);
}
