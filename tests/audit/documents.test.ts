import assert from "node:assert/strict";
import { ofType, programStack } from "../support/program.ts";
import { policyDocumentsOf } from "./support/policies.ts";

describe("policy documents for an audit", () => {
  it("are those of every role, key, bucket and topic of a stack", async () => {
    const stack = await programStack("prod");
    const documents = policyDocumentsOf("prod", stack.resources);
    const names = (kind: string) =>
      documents.filter((each) => each.kind === kind).map(({ type, name }) => `${type} ${name}`);
    const made = (...types: readonly string[]) =>
      types.flatMap((type) => ofType(stack, type).map((each) => `${each.type} ${each.name}`));
    assert.deepEqual(names("trust").sort(), made("iam.Role").sort());
    assert.deepEqual(names("identity").sort(), made("iam.RolePolicy").sort());
    const own = made("kms.Key", "s3.BucketPolicy", "sns.TopicPolicy");
    assert.deepEqual(
      own.filter((each) => !names("resource").includes(each)),
      [],
    );
    assert.ok(names("identity").length >= 5 && own.length >= 6);
    for (const { document, kind, name } of documents) {
      assert.equal(document.Version, "2012-10-17");
      assert.equal(JSON.stringify(document).includes('"Principal"'), kind !== "identity", name);
    }
  });
});
