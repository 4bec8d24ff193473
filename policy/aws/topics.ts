/** Alarm topics: who writes to them may. */
import type { PolicyResource } from "@pulumi/policy";
import { z } from "zod";
import { listOf, text } from "../properties.ts";
import { comesFrom } from "../related.ts";
import { stackRule } from "../rule.ts";

/** Type of a resource, its property that names a topic, and the service that then writes there. */
const writers = [
  ["aws:cloudwatch/metricAlarm:MetricAlarm", "alarmActions", "cloudwatch.amazonaws.com"],
  ["aws:cloudwatch/compositeAlarm:CompositeAlarm", "alarmActions", "cloudwatch.amazonaws.com"],
  ["aws:rds/eventSubscription:EventSubscription", "snsTopic", "events.rds.amazonaws.com"],
] as const;

const many = z.union([z.string().transform((one) => [one]), z.array(z.string())]).nullish();

const document = z.object({
  Statement: listOf(
    z.object({ Effect: text, Action: many, Principal: z.object({ Service: many }).nullish().catch(null) }),
  ),
});

const policy = z.object({
  policy: z.union([document, z.string().transform((json) => document.parse(JSON.parse(json)))]),
});

/** Services that a topic's policy lets write. */
const letIn = (properties: unknown): readonly string[] =>
  policy
    .parse(properties)
    .policy.Statement.filter(
      ({ Effect, Action }) => Effect === "Allow" && (Action ?? []).includes("sns:Publish"),
    )
    .flatMap(({ Principal }) => Principal?.Service ?? []);

/** Services that write to the topic of a policy. */
const writersOf = (topic: PolicyResource, resources: readonly PolicyResource[]): readonly string[] => [
  ...new Set(
    writers.flatMap(([type, property, service]) =>
      resources.some((each) => each.type === type && comesFrom(each, property, topic)) ? [service] : [],
    ),
  ),
];

/** A topic without a policy of its own has AWS's, which lets in what belongs to the account. */
export const topicsReached = () =>
  stackRule({
    name: "topics-reached",
    description: "A topic's policy lets in every service that the stack has write to it.",
    remedy: "Allow the service sns:Publish",
    problems: (resources) =>
      resources
        .filter(({ type }) => type === "aws:sns/topicPolicy:TopicPolicy")
        .flatMap((resource) => {
          const topics = resources.filter(
            (each) => each.type === "aws:sns/topic:Topic" && comesFrom(resource, "arn", each),
          );
          const services = topics.flatMap((topic) => writersOf(topic, resources));
          const open = letIn(resource.props);
          return services
            .filter((service) => !open.includes(service))
            .map((service) => ({ resource, problem: `shuts out ${service}` }));
        }),
  });
