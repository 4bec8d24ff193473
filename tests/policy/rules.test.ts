/** Each rule lets what is right pass, and stops what is wrong, when the engine asks it. */
import assert from "node:assert/strict";
import { rules } from "../../policy/rules.ts";
import { dataCases } from "./cases/awsData.ts";
import { entranceCases } from "./cases/awsEntrance.ts";
import { networkCases } from "./cases/awsNetwork.ts";
import { serverCases } from "./cases/awsServers.ts";
import { oneboxCases } from "./cases/onebox.ts";
import { Pack } from "./support/pack.ts";
import { resource } from "./support/resource.ts";

const cases = [...entranceCases, ...dataCases, ...networkCases, ...serverCases, ...oneboxCases];

/** How the engine writes text that is not known before the update. */
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("the policy pack", () => {
  let pack: Pack;

  before(async () => {
    pack = await Pack.start();
  });

  after(() => pack.stop());

  for (const { rule, passing, failing } of cases) {
    it(`${rule}: lets ${passing[0]?.type} pass, and stops ${failing.length} that are wrong`, async () => {
      const said = async (resources: typeof passing) =>
        (await pack.judge(resources)).filter((verdict) => verdict.rule === rule);
      assert.deepEqual(await said(passing), []);
      for (const { resources, says } of failing) {
        const verdicts = await said(resources);
        assert.ok(verdicts.length > 0, `${says} is not said`);
        assert.deepEqual(
          verdicts.map(({ kind }) => kind),
          verdicts.map(() => "violation"),
        );
        assert.match(verdicts.map(({ message }) => message).join("\n"), says);
      }
    });
  }

  it("has a passing and a failing case for every rule", () => {
    const names = rules.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    const complete = cases.filter(({ passing, failing }) => passing.length > 0 && failing.length > 0);
    assert.deepEqual([...new Set(complete.map(({ rule }) => rule))].sort(), [...names].sort());
  });

  it("makes a note of what is not known yet, neither a pass nor a violation", async () => {
    const listener = resource("aws:lb/listener:Listener", { protocol: "HTTPS", sslPolicy: unknownText });
    const about = (await pack.judge([listener])).filter(({ rule }) => rule === "listener-tls-policy");
    assert.deepEqual(
      about.map(({ kind }) => kind),
      ["note"],
    );
    assert.match(about[0]?.message ?? "", /sslPolicy can't be known during preview/);
  });

  it("stops what has a shape that a rule does not know", async () => {
    const group = resource("aws:cloudwatch/logGroup:LogGroup", { kmsKeyId: "key", retentionInDays: "long" });
    const about = (await pack.judge([group])).filter(({ rule }) => rule === "log-retention");
    assert.match(about[0]?.message ?? "", /retentionInDays: .*expected number/);
    assert.equal(about[0]?.kind, "violation");
  });
});
