import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../support/mockedStack.ts";
import { ofType, programStack } from "../../support/program.ts";

const page = readFileSync(join(root, "docs/aws-operations.md"), "utf8");
const runbook = readFileSync(join(root, "docs/runbook.md"), "utf8");

const anchors = new Set(
  [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, "")
      .replaceAll(" ", "-"),
  ),
);

describe("the operating guide for AWS", () => {
  it("has a section for every alarm, which the alarm names", async () => {
    const stack = await programStack("prod");
    const alarms = [
      ...ofType(stack, "cloudwatch.MetricAlarm"),
      ...ofType(stack, "cloudwatch.CompositeAlarm"),
    ];
    assert.ok(alarms.length > 20);
    for (const { name, inputs } of alarms) {
      const named = /docs\/runbook\.md#([a-z0-9-]+)$/.exec(String(inputs.alarmDescription))?.[1];
      assert.ok(named !== undefined && anchors.has(named), `${name} names #${named}, which is not there`);
    }
  });

  it("links to pages that are there", () => {
    for (const [, target = ""] of page.matchAll(/\]\(([a-z-]+\.md)/g)) {
      assert.ok(existsSync(join(root, "docs", target)), target);
    }
  });
});
