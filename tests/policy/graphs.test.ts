/** Every committed stack against every rule: as an update sees it, and as the first preview does. */
import assert from "node:assert/strict";
import { longestStackName } from "../../config/stackNames.ts";
import { previewedStack, programStack } from "../support/program.ts";
import { judgedResources, Pack, type Verdict } from "./support/pack.ts";

const textOf = ({ rule, message }: Verdict) => `${rule}: ${message}`;

for (const stack of ["dev", "staging", "prod"]) {
  describe(`stack ${stack} against the policy pack`, () => {
    let pack: Pack;

    before(async () => {
      pack = await Pack.start();
    });

    after(() => pack.stop());

    it("keeps every rule in an update, where everything is known", async () => {
      const { resources } = await programStack(stack);
      assert.deepEqual((await pack.judge(judgedResources(resources))).map(textOf), []);
    });

    it("breaks no rule in the first preview, and notes what is not known yet", async () => {
      const verdicts = await pack.judge(judgedResources(await previewedStack(stack)));
      assert.deepEqual(verdicts.filter(({ kind }) => kind === "violation").map(textOf), []);
      assert.ok(verdicts.length > 0);
      for (const { message } of verdicts) assert.match(message, /can't be known during preview/);
    });
  });
}

describe("stacks on AWS whose names are as long as they may be", () => {
  let pack: Pack;

  before(async () => {
    pack = await Pack.start();
  });

  after(() => pack.stop());

  const servers = ["a", "b"].map((zone) => ({ name: zone.repeat(15), role: "web", zone }));
  for (const database of [
    { kind: "cluster", proxy: true },
    { kind: "instance", instanceClass: "db.m7g.large", proxy: true },
    { kind: "aurora", instanceClass: "db.r8g.large", engineVersion: "8.0.mysql_aurora.3.10.0" },
  ]) {
    it(`keep every rule with a database of kind ${database.kind}`, async () => {
      const { resources } = await programStack(
        "prod",
        { servers, aws: { database } },
        "s".repeat(longestStackName),
      );
      assert.deepEqual((await pack.judge(judgedResources(resources))).map(textOf), []);
    });
  }
});
