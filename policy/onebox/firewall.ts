/** Packet filters of hosts. */
import { z } from "zod";
import { comesFrom } from "../related.ts";
import { resourceRule, stackRule } from "../rule.ts";

const hooks = ["input", "forward", "output"] as const;

/** Statements of the base chain at a hook; null without one. */
function chainAt(rules: string, hook: (typeof hooks)[number]): readonly string[] | null {
  const chain = rules.match(new RegExp(`chain \\w+ \\{([^{}]*hook ${hook} [\\s\\S]*?)\\n\\s*\\}`))?.[1];
  return chain === undefined ? null : chain.split(/[\n;]/).map((line) => line.trim());
}

/** A verdict that waves everything through: nothing before it says whom. */
const isOpen = (statement: string) => /^(?:counter(?: name \S+)? )?accept\b/.test(statement);

export const defaultDeny = () =>
  resourceRule({
    name: "default-deny",
    description: "A host's packet filter refuses what it does not name, inwards, outwards and through.",
    remedy: "Give every base chain `policy drop`, and every accept somebody whom it is for",
    types: ["onebox:index:RuleSet"],
    reads: z.object({ rules: z.string() }),
    problems: ({ rules }) =>
      hooks.flatMap((hook) => {
        const chain = chainAt(rules, hook);
        if (chain === null) return [`filters nothing at ${hook}`];
        return [
          ...(chain.includes("policy drop") ? [] : [`lets through at ${hook} what no rule names`]),
          ...(chain.some(isOpen) ? [`accepts everything at ${hook}`] : []),
        ];
      }),
  });

export const hostsFiltered = () =>
  stackRule({
    name: "hosts-have-rule-set",
    description: "Every host has a packet filter of its own.",
    remedy: "Give it a RuleSet",
    problems: (resources) => {
      const ruleSets = resources.filter(({ type }) => type === "onebox:index:RuleSet");
      return resources
        .filter(({ type }) => type === "onebox:index:Host")
        .filter((host) => !ruleSets.some((ruleSet) => comesFrom(ruleSet, "host", host)))
        .map((resource) => ({ resource, problem: "has no packet filter" }));
    },
  });
