/**
 * What a rule is made of. A rule reads a few properties of some types of resources and says what is wrong with them.
 * Where one of them is not known before the update, the read throws the engine's UnknownValueError, and the engine
 * makes a note of it that is neither a pass nor a violation.
 */
import type { PolicyResource, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import type { z } from "zod";
import { tagsOfProvider } from "./properties.ts";

/** What the engine tells of a resource besides its properties. */
export interface Subject {
  readonly type: string;
  readonly name: string;
  /** Whether Pulumi refuses to delete it. */
  readonly protected: boolean;
  /** Tags that its provider puts on everything. */
  readonly providerTags: Readonly<Record<string, string>>;
}

interface Described {
  /** Unique in the pack; words joined by hyphens. */
  readonly name: string;
  /** What must be so. */
  readonly description: string;
  /** How a violation is mended. */
  readonly remedy: string;
}

/** A rule about resources one by one, asked before each is made or changed. */
export interface ResourceRule<S extends z.ZodType> extends Described {
  /** Types of the resources it is about. */
  readonly types: readonly string[] | ((type: string) => boolean);
  /** The properties that it reads. */
  readonly reads: S;
  /** What is wrong; nothing when all is well. */
  readonly problems: (properties: z.output<S>, subject: Subject) => readonly string[];
}

/** A rule about resources together, asked at the end of a preview and of an update. */
export interface StackRule extends Described {
  /** What is wrong, and with which resource. */
  readonly problems: (resources: readonly PolicyResource[]) => readonly Problem[];
}

export interface Problem {
  readonly resource: PolicyResource;
  readonly problem: string;
}

const described = ({ name, description, remedy }: Described) => ({
  name,
  description,
  remediationSteps: remedy,
});

/** Reads properties; what has another shape than a rule knows is a problem and no pass. */
function readProblems<S extends z.ZodType>(
  reads: S,
  properties: unknown,
  then: (known: z.output<S>) => readonly string[],
): readonly string[] {
  const read = reads.safeParse(properties);
  return read.success
    ? then(read.data)
    : read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

/** The rule as the policy engine takes it. */
export function resourceRule<S extends z.ZodType>(rule: ResourceRule<S>): ResourceValidationPolicy {
  const { types } = rule;
  const isAbout = typeof types === "function" ? types : (type: string) => types.includes(type);
  return {
    ...described(rule),
    validateResource: ({ type, name, props, opts, provider }, report) => {
      if (!isAbout(type)) return;
      const subject = {
        type,
        name,
        protected: opts.protect,
        get providerTags() {
          return tagsOfProvider(provider?.props);
        },
      };
      const problems = readProblems(rule.reads, props, (known) => rule.problems(known, subject));
      for (const problem of problems) report(`${name} ${problem}. ${rule.remedy}`);
    },
  };
}

/** The rule as the policy engine takes it. */
export function stackRule(rule: StackRule): StackValidationPolicy {
  return {
    ...described(rule),
    validateStack: ({ resources }, report) => {
      for (const { resource, problem } of rule.problems(resources)) {
        report(`${resource.name} ${problem}. ${rule.remedy}`, resource.urn);
      }
    },
  };
}
