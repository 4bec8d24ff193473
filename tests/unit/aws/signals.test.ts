import assert from "node:assert/strict";
import { awsSignals, type SignalSources } from "../../../components/aws/signals.ts";
import { signalCatalogue, usualInput } from "../../../hosts/signals.ts";
import { ofType, programStack } from "../../support/program.ts";

const sources = (
  balancer: SignalSources["balancer"]["kind"],
  database: SignalSources["database"]["kind"],
): SignalSources => ({
  namespace: "stack",
  region: "eu-west-1",
  balancer: {
    kind: balancer,
    suffix: "suffix",
    targets: "targets",
    webAcl: balancer === "alb" ? "acl" : null,
  },
  certificateArn: "arn",
  database: { kind: database, identifier: "database", nodes: ["database-1"] },
  servers: [{ name: "web-1", zone: "a" }],
});

describe("the signal catalogue on AWS", () => {
  const catalogue = signalCatalogue(usualInput);

  it("names the metrics that are drawn for it, over every kind of balancer and database, and no other", () => {
    const drawn = new Map<string, Set<string>>();
    for (const balancer of ["alb", "nlb"] as const)
      for (const database of ["instance", "cluster", "aurora"] as const)
        for (const { id, series } of awsSignals(sources(balancer, database)))
          for (const one of series)
            if (!("expression" in one))
              drawn.set(id, (drawn.get(id) ?? new Set()).add(`${one.namespace}/${one.metric}`));
    const told = catalogue.flatMap(({ id, aws }) => ("metrics" in aws ? [[id, aws.metrics] as const] : []));
    const sorted = (entries: Iterable<readonly [string, Iterable<string>]>) =>
      Object.fromEntries([...entries].map(([id, names]) => [id, [...names].sort()] as const).sort());
    assert.deepEqual(sorted(told), sorted(drawn));
  });

  it("has the alarms that tell a signal by themselves", async () => {
    const stack = await programStack("prod");
    const alarms = [
      ...ofType(stack, "cloudwatch.MetricAlarm"),
      ...ofType(stack, "cloudwatch.CompositeAlarm"),
    ].map(({ name }) => name);
    const wanted = catalogue.flatMap(({ aws }) => ("alarm" in aws ? [aws.alarm] : []));
    assert.deepEqual(
      wanted.filter((name) => !alarms.includes(name)),
      [],
    );
    assert.ok(wanted.length > 0);
  });
});
