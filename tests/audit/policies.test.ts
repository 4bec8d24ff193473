/** What parliament says of every policy of staging and prod. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { z } from "zod";
import { run } from "../../tools/run.ts";
import { shortType } from "../support/program.ts";
import { policyDocuments } from "./support/policies.ts";
import { auditors } from "./support/python.ts";

/** What stays, by issue and policy: the reason. */
const explained: readonly { readonly issue: string; readonly policy: RegExp; readonly why: string }[] = [
  {
    issue: "RESOURCE_STAR",
    policy: /^kms\.Key /,
    why: "in a key's own policy the resource is the key, and * is how AWS writes it",
  },
  {
    issue: "UNKNOWN_CONDITION_FOR_ACTION",
    policy: /^kms\.Key data/,
    why: "AWS's own policy for log groups holds every action to the group's context, DescribeKey too",
  },
  {
    issue: "MISMATCHED_TYPE",
    policy: /^kms\.Key data/,
    why: "the context is a text that holds an ARN; AWS's own policy for log groups compares it so",
  },
  {
    issue: "UNKNOWN_CONDITION_FOR_ACTION",
    policy: /^iam\.RolePolicy database-setup/,
    why: "Lambda adds lambda:SourceFunctionArn to whatever a function's own code asks; its documentation denies these actions so",
  },
  {
    issue: "RESOURCE_STAR",
    policy: /^ec2\.VpcEndpoint /,
    why: "an endpoint's policy narrows what the roles' own permit; conditions name the account",
  },
  {
    issue: "RESOURCE_STAR",
    policy: /^iam\.RolePolicy database-setup/,
    why: "Lambda makes the function's network interfaces, and AWS lets those calls name no resource beforehand",
  },
];

const finding = z.object({
  issue: z.string(),
  severity: z.string(),
  detail: z.unknown(),
  location: z.object({ filepath: z.string() }),
});

describe("the policies of AWS", function () {
  this.timeout(300_000);

  for (const stack of ["staging", "prod"]) {
    it(`${stack}: parliament finds nothing that is not explained`, async () => {
      const parliament = join(await auditors(), "parliament");
      const folder = mkdtempSync(join(tmpdir(), "foobar-audit-"));
      try {
        // A role's trust has no resource, and parliament does not know the form.
        const documents = (await policyDocuments(stack)).filter(({ kind }) => kind !== "trust");
        assert.ok(
          documents.some(({ kind }) => kind === "identity"),
          "no policy of a role",
        );
        for (const { type, name, document } of documents)
          writeFileSync(join(folder, `${shortType(type)} ${name}.json`), JSON.stringify(document));
        const { stdout, stderr } = await run([parliament, "--directory", folder, "--json"], {
          env: { ...process.env, PYTHONWARNINGS: "ignore" },
        });
        assert.equal(stderr, "");
        const findings = stdout
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => finding.parse(JSON.parse(line)));
        const open = findings
          .map(({ issue, detail, location }) => ({
            issue,
            policy: basename(location.filepath, ".json"),
            detail: JSON.stringify(detail),
          }))
          .filter(
            ({ issue, policy }) =>
              !explained.some((each) => each.issue === issue && each.policy.test(policy)),
          );
        assert.deepEqual(open, []);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }
});
