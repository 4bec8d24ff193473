import assert from "node:assert/strict";
import fc from "fast-check";
import { groupDescription } from "../../../components/aws/descriptions.ts";

/** EC2's own words: a-z, A-Z, 0-9, spaces, and ._-:/()#,@[]+=&;{}!$* */
const taken = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{0,255}$/;

describe("descriptions of security groups", () => {
  it("are what EC2 takes, whatever the reason says", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.string({ maxLength: 400 })), (why) => {
        assert.match(groupDescription(why), taken);
      }),
    );
  });

  it("leave alone what EC2 takes", () => {
    const why = "a.Z_0-9 :/()#,@[]+=&;{}!$*";
    assert.equal(groupDescription(why), why);
  });

  it("lose an apostrophe and no word", () => {
    assert.equal(groupDescription("reads the accounts' secrets"), "reads the accounts secrets");
    assert.equal(groupDescription("one\nother"), "one other");
  });
});
