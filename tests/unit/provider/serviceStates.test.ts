import assert from "node:assert/strict";
import fc from "fast-check";
import { parseStates } from "../../../provider/serviceStates.ts";

const state = fc
  .record({ up: fc.boolean(), wanted: fc.boolean(), pid: fc.integer({ min: -1, max: 4_194_304 }) })
  .map((fields) => ({ ...fields }));
const services = fc
  .array(fc.tuple(fc.stringMatching(/^[a-z][a-z0-9-]*$/), state))
  .map((list) => new Map(list));

describe("the supervisor's answer", () => {
  it("is read back for every service", () => {
    fc.assert(
      fc.property(services, (expected) => {
        const text = [...expected]
          .map(([name, { up, wanted, pid }]) => `${name} ${up} ${wanted} ${pid}\n`)
          .join("");
        assert.deepEqual(parseStates(text), expected);
      }),
    );
  });

  it("leaves out a service whose supervisor does not answer", () => {
    assert.deepEqual([...parseStates("web true true 12\nnew \n\n").keys()], ["web"]);
    assert.deepEqual([...parseStates("").keys()], []);
  });
});
