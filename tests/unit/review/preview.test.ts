import assert from "node:assert/strict";
import { commentOf, dangers, mark } from "../../../tools/review/comment.ts";
import { type ChangedResource, type Preview, readPreview } from "../../../tools/review/preview.ts";

const urn = (type: string, name: string) => `urn:pulumi:prod::foobar::${type}::${name}`;

const step = (op: string, type: string, name: string, diffs: readonly string[] = []) =>
  JSON.stringify({ resourcePreEvent: { metadata: { op, urn: urn(type, name), type, diffs } } });

const policy = (enforcementLevel: string, message: string) =>
  JSON.stringify({
    policyEvent: { resourceUrn: urn("a:b:C", "it"), message, policyName: "a-rule", enforcementLevel },
  });

const cluster = "aws:rds/cluster:Cluster";

const change = (kind: ChangedResource["change"], type: string): ChangedResource => ({
  change: kind,
  urn: urn(type, "it"),
  type,
  name: "it",
  properties: ["engine"],
});

const preview = (more: Partial<Preview>): Preview => ({
  stack: "prod",
  mocked: false,
  changes: [],
  findings: [],
  errors: [],
  ...more,
});

describe("readPreview", () => {
  it("takes a replacement's three events for one change, and leaves out what stays", () => {
    const lines = [
      step("create-replacement", cluster, "database", ["engine"]),
      step("replace", cluster, "database", ["engine"]),
      step("delete-replaced", cluster, "database", ["engine"]),
      step("same", "aws:ec2/vpc:Vpc", "network"),
      step("update", "aws:ec2/vpc:Vpc", "other"),
    ].join("\n");
    assert.deepEqual(
      readPreview("prod", lines).changes.map(({ change, name }) => [change, name]),
      [
        ["replace", "database"],
        ["update", "other"],
      ],
    );
  });

  it("tells violations from notes, and keeps what went wrong", () => {
    const lines = [
      policy("mandatory", "is open\n"),
      policy("advisory", "can't be known during preview"),
      JSON.stringify({ diagnosticEvent: { severity: "error", message: "preview failed\n" } }),
      JSON.stringify({ diagnosticEvent: { severity: "debug", message: "noise" } }),
      "not an event",
    ].join("\n");
    const { findings, errors } = readPreview("prod", lines);
    assert.deepEqual(
      findings.map(({ kind, message }) => [kind, message]),
      [
        ["violation", "is open"],
        ["note", "can't be known during preview"],
      ],
    );
    assert.deepEqual(errors, ["preview failed"]);
  });
});

describe("dangers", () => {
  it("are replacements and deletions of what holds data", () => {
    const types = [cluster, "aws:s3/bucket:Bucket", "aws:kms/key:Key", "aws:cloudwatch/logGroup:LogGroup"];
    for (const type of types) {
      assert.equal(dangers(preview({ changes: [change("replace", type)] })).length, 1, type);
      assert.equal(dangers(preview({ changes: [change("delete", type)] })).length, 1, type);
      assert.equal(dangers(preview({ changes: [change("update", type)] })).length, 0, type);
    }
  });

  it("are not changes of what only describes data, nor of servers", () => {
    for (const type of [
      "aws:s3/bucketPolicy:BucketPolicy",
      "aws:rds/clusterParameterGroup:ClusterParameterGroup",
    ]) {
      assert.deepEqual(dangers(preview({ changes: [change("replace", type)] })), []);
    }
  });
});

describe("commentOf", () => {
  it("begins with the mark by which a later push finds it", () => {
    assert.equal(commentOf([preview({})]).split("\n")[0], mark);
  });

  it("marks the loss of data above everything else about the stack", () => {
    const text = commentOf([preview({ changes: [change("replace", cluster), change("create", "a:b:C")] })]);
    assert.match(text, /> \[!CAUTION\]\n> \*\*Data would be lost/);
    assert.match(text, /replace \*\*it\*\* \(aws:rds\/cluster:Cluster\): engine/);
    assert.ok(text.indexOf("CAUTION") < text.indexOf("<details>"));
    assert.doesNotMatch(commentOf([preview({ changes: [change("create", cluster)] })]), /CAUTION/);
  });

  it("marks what would leave visitors without a server for a while", () => {
    const group = "aws:autoscaling/group:Group";
    const text = commentOf([preview({ changes: [change("replace", group)] })]);
    assert.match(
      text,
      /> \[!CAUTION\]\n> \*\*The site could be gone for a while.*\*\*\n> - 🟠 replace \*\*it\*\*/,
    );
    for (const harmless of [change("update", group), change("delete", group), change("create", group)]) {
      assert.doesNotMatch(commentOf([preview({ changes: [harmless] })]), /CAUTION/);
    }
  });

  it("shows violations, and folds what rules could not see yet", () => {
    const finding = { rule: "a-rule", resource: "it", message: "is open" } as const;
    const text = commentOf([
      preview({
        findings: [
          { ...finding, kind: "violation" },
          { ...finding, kind: "note", message: "later" },
        ],
      }),
    ]);
    assert.match(text, /\*\*Policies: 1 violated\*\*\n\n.*\n.*\n\| a-rule \| it \| is open \|/);
    assert.match(text, /<details><summary>Policies: 1 look again in the update/);
  });

  it("lets no name end a cell or begin a tag", () => {
    const text = commentOf([preview({ errors: ["<img src=x> | `x`\nnext"] })]);
    assert.match(text, /- &#60;img src=x&#62; &#124; &#96;x&#96; next/);
  });

  it("stays below what a comment may have", () => {
    const many = Array.from({ length: 5000 }, () => change("create", cluster));
    const text = commentOf([preview({ changes: many })]);
    assert.match(text, /and 4900 more/);
    assert.ok(text.length < 65_536);
  });
});
