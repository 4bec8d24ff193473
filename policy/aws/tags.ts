/** Tags: whose it is and what it costs. */
import { z } from "zod";
import { listOf, mapOf, text } from "../properties.ts";
import { resourceRule } from "../rule.ts";

const missing = (required: readonly string[], tags: Readonly<Record<string, string>>) =>
  required.filter((name) => !tags[name]);

/** @param required names of tags that everything carries */
export const requiredTags = (required: readonly string[]) =>
  resourceRule({
    name: "required-tags",
    description: `Everything carries the tags ${required.join(", ")}.`,
    remedy: "Make it with the stack's provider, whose default tags hold them",
    types: (type) => type.startsWith("aws:"),
    reads: z.object({}),
    problems: (_, { providerTags }) => {
      const names = missing(required, providerTags);
      return names.length === 0 ? [] : [`lacks the tags ${names.join(", ")}`];
    },
  });

/** What a launch template makes, and AWS does not tag by the provider's default tags. */
const launched = ["instance", "volume"];

/** @param required names of tags that every instance and disk carries */
export const instancesTagged = (required: readonly string[]) =>
  resourceRule({
    name: "instances-tagged",
    description: `What a launch template starts carries the tags ${required.join(", ")} too.`,
    remedy: `Give tagSpecifications for ${launched.join(" and ")}`,
    types: ["aws:ec2/launchTemplate:LaunchTemplate"],
    reads: z.object({ tagSpecifications: listOf(z.object({ resourceType: text, tags: mapOf(z.string()) })) }),
    problems: ({ tagSpecifications }) =>
      launched.flatMap((kind) => {
        const tags = tagSpecifications.find(({ resourceType }) => resourceType === kind)?.tags ?? {};
        const names = missing(required, tags);
        return names.length === 0 ? [] : [`starts ${kind}s without the tags ${names.join(", ")}`];
      }),
  });
