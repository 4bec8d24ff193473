/** A pull request's comment about previews, as Markdown. Pure. */
import type { Change, ChangedResource, PolicyFinding, Preview } from "./preview.ts";

/** First line of the comment: by it the comment of an earlier push is found and edited. */
export const mark = "<!-- foobar: preview of the stacks -->";

/** What cannot be brought back once it is gone: data, the keys that open it, logs. */
const holdsData = [
  /^aws:rds\/(?:cluster|instance):/,
  /^aws:s3\/bucket(?:V2)?:/,
  /^aws:kms\/key:/,
  /^aws:secretsmanager\/secret:/,
  /^aws:cloudwatch\/logGroup:/,
  /^aws:(?:ebs|ec2)\/volume:/,
  /^aws:(?:efs\/fileSystem|dynamodb\/table|ecr\/repository):/,
  /^onebox:index:(?:Sandbox|GaleraCluster):?$/,
];

/** What AWS lets go before the next of the same name is there, and visitors need. */
const servesVisitors = [/^aws:autoscaling\/group:/, /^aws:lb\/(?:loadBalancer|listener|targetGroup):/];

/** Rows of a table before the rest is only counted: GitHub takes 65536 characters a comment. */
const rowLimit = 100;

/** Resources that hold data and would be replaced or deleted. */
export function dangers({ changes }: Preview): readonly ChangedResource[] {
  return changes.filter(
    ({ change, type }) =>
      (change === "replace" || change === "delete") && holdsData.some((pattern) => pattern.test(type)),
  );
}

/** Resources that serve visitors and would be gone for a while. */
export function gaps({ changes }: Preview): readonly ChangedResource[] {
  return changes.filter(
    ({ change, type }) => change === "replace" && servesVisitors.some((pattern) => pattern.test(type)),
  );
}

/** Text in a cell of a table: names come from the branch, so none may end the cell or begin a tag. */
const cell = (text: string): string =>
  text.replace(/[<>&|`]/g, (each) => `&#${each.charCodeAt(0)};`).replace(/\s+/g, " ");

const signs: Readonly<Record<Change, string>> = {
  delete: "🔴 delete",
  replace: "🟠 replace",
  update: "🟡 update",
  create: "🟢 create",
};

function table(titles: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rest = rows.length - rowLimit;
  return [
    line(titles),
    line(titles.map(() => "---")),
    ...rows.slice(0, rowLimit).map((row) => line(row.map(cell))),
    ...(rest > 0 ? ["", `and ${rest} more`] : []),
  ];
}

const folded = (summary: string, lines: readonly string[]): readonly string[] => [
  `<details><summary>${summary}</summary>`,
  "",
  ...lines,
  "",
  "</details>",
  "",
];

function alarm(sentence: string, found: readonly ChangedResource[]): readonly string[] {
  if (found.length === 0) return [];
  return [
    "> [!CAUTION]",
    `> **${sentence}**`,
    ...found.map(
      ({ change, type, name, properties }) =>
        `> - ${signs[change]} **${cell(name)}** (${cell(type)})${properties.length > 0 ? `: ${cell(properties.join(", "))}` : ""}`,
    ),
    "",
  ];
}

function changeLines({ changes, mocked }: Preview): readonly string[] {
  if (changes.length === 0) return ["Nothing changes.", ""];
  const order = ["delete", "replace", "update", "create"] as const;
  const of = (kind: Change) => changes.filter(({ change }) => change === kind);
  const counts = order.flatMap((kind) => (of(kind).length > 0 ? [`${signs[kind]} ${of(kind).length}`] : []));
  const rows = order.flatMap((kind) =>
    of(kind).map(({ name, type, properties }) => [signs[kind], name, type, properties.join(", ")]),
  );
  return [
    ...(mocked
      ? ["The program ran against mocks, so this is everything that the stack is made of.", ""]
      : []),
    ...folded(counts.join(", "), table(["", "resource", "type", "differs in"], rows)),
  ];
}

function findingLines(findings: readonly PolicyFinding[]): readonly string[] {
  const of = (kind: PolicyFinding["kind"]) => findings.filter((each) => each.kind === kind);
  const rows = (list: readonly PolicyFinding[]) =>
    table(
      ["rule", "resource", "finding"],
      list.map(({ rule, resource, message }) => [rule, resource, message]),
    );
  const [violations, notes] = [of("violation"), of("note")];
  return [
    ...(violations.length === 0
      ? ["Policies: no violation.", ""]
      : [`**Policies: ${violations.length} violated**`, "", ...rows(violations), ""]),
    ...(notes.length === 0
      ? []
      : folded(`Policies: ${notes.length} look again in the update, when values are known`, rows(notes))),
  ];
}

const errorLines = (errors: readonly string[]): readonly string[] =>
  errors.length === 0 ? [] : ["**The preview failed**", "", ...errors.map((each) => `- ${cell(each)}`), ""];

/** The whole comment. */
export function commentOf(previews: readonly Preview[]): string {
  return [
    mark,
    "## Preview",
    "",
    ...previews.flatMap((preview) => [
      `### ${preview.stack}${preview.mocked ? " (without AWS)" : ""}`,
      "",
      ...alarm("Data would be lost: this replaces or deletes what holds it.", dangers(preview)),
      ...alarm("The site could be gone for a while: this replaces what serves visitors.", gaps(preview)),
      ...errorLines(preview.errors),
      ...changeLines(preview),
      ...findingLines(preview.findings),
    ]),
  ].join("\n");
}
