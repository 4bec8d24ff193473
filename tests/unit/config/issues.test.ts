import assert from "node:assert/strict";
import { z } from "zod";
import { findingsMessage } from "../../../config/findings.ts";
import { issueFindings, noMessage } from "../../../config/issues.ts";
import { keysOf } from "../../../config/keys.ts";

/** Shapes that the schema may come to have, besides those that it has. */
const schema = z.strictObject({
  image: z.union([z.literal("latest"), z.int().min(1)]).default("latest"),
  store: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("disk"), gib: z.int().min(10).max(100).meta({ unit: "GiB" }) }),
      z.strictObject({ kind: z.literal("bucket"), name: z.string().min(1) }),
    ])
    .optional(),
  tags: z
    .record(
      z
        .string()
        .regex(/^[a-z]+$/)
        .meta({ form: "a lower-case word" }),
      z.string(),
    )
    .default({}),
  even: z
    .int()
    .refine((value) => value % 2 === 0, { error: "must be even" })
    .default(2),
  window: z
    .strictObject({ from: z.int(), to: z.int() })
    .refine(({ from, to }) => from < to, { error: "ends before it begins" })
    .optional(),
});

const cases: readonly (readonly [string, unknown, readonly string[]])[] = [
  [
    "a union",
    { image: 0.5 },
    [
      "foobar:image: is the number 0.5, but must be latest, or a whole number of at least 1. Mend it with, for example: pulumi config set foobar:image latest",
    ],
  ],
  [
    "an alternative that does not exist",
    { store: { kind: "tape" } },
    [
      `foobar:store.kind: is "tape", but must be disk or bucket. Mend it with, for example: pulumi config set --path 'foobar:store.kind' disk`,
    ],
  ],
  [
    "a key of an alternative",
    { store: { kind: "disk", gib: 5 } },
    [
      "foobar:store.gib: is 5, but must be a whole number from 10 to 100 (GiB). Mend it with, for example: pulumi config set --path 'foobar:store.gib' 10",
    ],
  ],
  [
    "the name of a map's entry",
    { tags: { Team: "a" } },
    [
      "foobar:tags.Team: has a wrong name, which must be a lower-case word. Remove it with: pulumi config rm --path 'foobar:tags.Team'",
    ],
  ],
  [
    "a rule with words of its own",
    { even: 3 },
    ["foobar:even: is 3, but must be even. Mend it with, for example: pulumi config set foobar:even 2"],
  ],
  [
    "a rule about a structure",
    { window: { from: 2, to: 1 } },
    [
      "foobar:window: ends before it begins. Write it in the stack's file as in docs/configuration.md, or begin it with: pulumi config set --path 'foobar:window.from' VALUE",
    ],
  ],
];

describe("findings about other shapes of schema", () => {
  for (const [what, input, expected] of cases) {
    it(`tell ${what}`, () => {
      const { error } = schema.safeParse(input, { error: () => noMessage });
      const findings = issueFindings(keysOf(schema), input, error?.issues ?? []);
      assert.equal(findingsMessage("", findings), ["", ...expected.map((text) => `  - ${text}`)].join("\n"));
    });
  }
});
