/** Every IAM policy document of a stack, for tools that judge policies; made against the tests' mocks, without an account. */
import { z } from "zod";
import { jsonOf } from "../../../config/json.ts";
import type { Registered } from "../../support/mockedStack.ts";
import { programStack } from "../../support/program.ts";

/** Whom a document says something about. */
export type PolicyKind =
  /** What a role may do: belongs to an identity, has no Principal. */
  | "identity"
  /** Who may take on a role. */
  | "trust"
  /** Who may do what with the resource that it stands on: a key, a bucket, a topic, a private endpoint. */
  | "resource";

export interface PolicyDocument {
  /** `staging`, `prod` */
  readonly stack: string;
  /** Type and name of the resource in the program: `aws:iam/rolePolicy:RolePolicy`, `web-1`. */
  readonly type: string;
  readonly name: string;
  readonly kind: PolicyKind;
  /** In IAM's own words: `Version`, `Statement`. */
  readonly document: Readonly<Record<string, unknown>>;
}

const statements = z.looseObject({ Version: z.string(), Statement: z.array(z.looseObject({})) });

/** Text of a property as a policy document; null when it is something else. */
function documentIn(value: unknown): PolicyDocument["document"] | null {
  return typeof value === "string" ? (jsonOf(value, statements) ?? null) : null;
}

function kindOf(type: string, property: string): PolicyKind {
  if (property === "assumeRolePolicy") return "trust";
  return /^aws:iam\/(?:role|user|group)?policy:/i.test(type) ? "identity" : "resource";
}

/** The documents among the properties of resources, in the order of the program. */
export function policyDocumentsOf(
  stack: string,
  resources: readonly Registered[],
): readonly PolicyDocument[] {
  return resources.flatMap(({ type, name, inputs }) =>
    Object.entries(inputs).flatMap(([property, value]) => {
      const document = documentIn(value);
      return document === null ? [] : [{ stack, type, name, kind: kindOf(type, property), document }];
    }),
  );
}

/** The documents of a committed stack: `staging`, `prod`. */
export async function policyDocuments(stack: string): Promise<readonly PolicyDocument[]> {
  const { resources } = await programStack(stack);
  return policyDocumentsOf(stack, resources);
}
