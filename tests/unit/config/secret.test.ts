import assert from "node:assert/strict";
import { inspect } from "node:util";
import { z } from "zod";
import { findingsMessage } from "../../../config/findings.ts";
import { issueFindings, noMessage } from "../../../config/issues.ts";
import { keysOf } from "../../../config/keys.ts";
import { sealSecrets, secretText } from "../../../config/secret.ts";

const schema = z.strictObject({
  plain: z.string().default("seen"),
  collector: z
    .strictObject({ token: secretText().meta({ description: "A token." }), port: z.int().optional() })
    .optional(),
  tokens: z.array(secretText()).default([]),
});

const word = "correct-horse";

function messageAbout(input: unknown): string {
  const result = schema.safeParse(input, { error: () => noMessage });
  return findingsMessage("", issueFindings(keysOf(schema), input, result.error?.issues ?? []));
}

describe("secret settings", () => {
  it("no way of printing one shows it", () => {
    const { collector } = schema.parse({ collector: { token: word } });
    assert.equal(collector?.token.reveal(), word);
    assert.equal(JSON.stringify(collector), `{"token":"[secret]"}`);
    const printed = [`${collector?.token}`, JSON.stringify(collector), inspect(collector, { depth: 9 })];
    assert.ok(
      printed.every((text) => !text.includes(word)),
      printed.join("\n"),
    );
  });

  it("every secret is sealed at any depth, and nothing else changes", () => {
    const checked = schema.parse({ collector: { token: word, port: 1 }, tokens: ["one", "two"] });
    const sealed = sealSecrets(checked, (text) => ({ sealed: text }));
    const token: { sealed: string } | undefined = sealed.collector?.token;
    assert.deepEqual(token, { sealed: word });
    assert.deepEqual(sealed, {
      plain: "seen",
      collector: { token: { sealed: word }, port: 1 },
      tokens: [{ sealed: "one" }, { sealed: "two" }],
    });
  });

  it("a key that was left out stays out", () => {
    assert.deepEqual(
      sealSecrets(schema.parse({}), (text) => text),
      { plain: "seen", tokens: [] },
    );
  });

  const mistakes: readonly (readonly [string, unknown, string])[] = [
    [
      "a missing secret",
      { collector: {} },
      "foobar:collector.token: is missing; it must be text that is not empty. Mend it with, for example: pulumi config set --secret --path 'foobar:collector.token'",
    ],
    [
      "a secret of the wrong type",
      { tokens: [[word]] },
      "foobar:tokens[0]: is wrong (not shown, for it may hold a secret): it must be text that is not empty. Mend it with, for example: pulumi config set --secret --path 'foobar:tokens[0]'",
    ],
    [
      "a secret in the place of its structure",
      { collector: word },
      "foobar:collector: is wrong (not shown, for it may hold a secret): it must be a structure with the keys token and port. Write it in the stack's file as in docs/configuration.md, or begin it with: pulumi config set --secret --path 'foobar:collector.token'",
    ],
    [
      "a secret under a mistyped key",
      { collector: { tokn: word, token: word } },
      "foobar:collector.tokn: is not a key of this program. Did you mean foobar:collector.token? Move it with: pulumi config rm --path 'foobar:collector.tokn'; then: pulumi config set --secret --path 'foobar:collector.token'",
    ],
  ];
  for (const [what, input, expected] of mistakes) {
    it(`${what} is told without its value`, () => {
      assert.equal(messageAbout(input), `\n  - ${expected}`);
    });
  }
});
