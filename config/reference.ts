/** The schema as the Markdown of docs/configuration.md. Pure. */
import { namespace, setSecretCommand } from "./commands.ts";
import { sampleCommand, sampleOf } from "./issues.ts";
import { alternativesOf, type Key, keysAt, keysOf, namesIn } from "./keys.ts";
import { schema } from "./schema.ts";
import { formOf } from "./words.ts";

const intro = `# Configuration

<!-- Written from config/schema.ts by \`npm run docs\`: change the schema, not this page. -->

Every key that the program reads. A key belongs to a stack and stands in its file, \`Pulumi.<stack>.yaml\`, under
\`config:\`. Write it there as the examples show, or set one value with a line such as
\`pulumi config set --path 'foobar:tls.mode' passthrough\`.

- A key that is left out takes its default. Unknown keys are refused.
- Whatever is wrong is told at once, each with its path and the line that mends it; nothing is changed before.
- A secret is set with \`pulumi config set --secret\`: the stack's file then holds it encrypted, and no message shows it.
- A text that looks like a number is written in quotes: \`minimumVersion: "1.2"\`.
`;

interface Row {
  readonly name: string;
  readonly node: Key;
  readonly required: boolean;
}

/** A map's entries have names of the user's own. */
const anyName = "NAME";

function rowsOf(name: string, node: Key, required: boolean): readonly Row[] {
  if (node.items) {
    const below = rowsOf(`${name}[]`, node.items, true);
    return below.some((row) => row.name !== `${name}[]`)
      ? [{ name, node, required }, ...below]
      : [{ name, node, required }];
  }
  const options = alternativesOf(node);
  const named = namesIn(node).flatMap((child) => {
    const structures = options.filter(({ properties }) => properties !== undefined);
    const always = structures.every((option) => option.required?.includes(child) === true);
    const found = keysAt(node, [child]);
    const [only = {}] = found;
    return rowsOf(`${name}.${child}`, found.length > 1 ? { anyOf: [...found] } : only, always);
  });
  const entries = options.flatMap(({ additionalProperties }) =>
    additionalProperties ? rowsOf(`${name}.${anyName}`, additionalProperties, false) : [],
  );
  const below = [...named, ...entries];
  return below.length > 0 ? below : [{ name, node, required }];
}

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");

const code = (value: unknown) => `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;

function defaultOf({ node, required }: Row): string {
  if (node.default !== undefined) return node.default === "" ? "empty" : code(node.default);
  return required ? "**required**" : "none";
}

function valueCell({ unit: _unit, ...node }: Key): string {
  return node.secret === true ? `secret: ${formOf(node)}` : formOf(node);
}

function line(row: Row): string {
  const { name, node } = row;
  const unit = node.unit ?? node.items?.unit ?? "";
  const cells = [code(name), valueCell(node), unit, defaultOf(row), node.description ?? ""];
  return `| ${cells.map(cell).join(" | ")} |`;
}

function plain(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  return /^[A-Za-z/][\w./-]*$/.test(value) && !/^(true|false|null|yes|no|on|off|[yn])$/i.test(value)
    ? value
    : JSON.stringify(value);
}

/** A valid value of the key as YAML lines, without the key's own name. */
function yaml(node: Key, path: readonly PropertyKey[]): readonly string[] {
  if (node.items) {
    const first: unknown = Array.isArray(node.default) ? node.default[0] : undefined;
    const entry = yaml(first === undefined ? node.items : { ...node.items, default: first }, [...path, 0]);
    return entry.map((text, index) => (index === 0 ? `- ${text}` : `  ${text}`));
  }
  const names = namesIn(node);
  if (names.length === 0) return [plain(sampleOf(node))];
  return names.flatMap((name) => {
    const [child = {}] = keysAt(node, [name]);
    return member(name, child, [...path, name]);
  });
}

function member(name: string, node: Key, path: readonly PropertyKey[]): readonly string[] {
  if (node.secret === true) return [`# ${name}: set it with: ${setSecretCommand(path)}`];
  if (node.seldom !== undefined) return [`# ${name}: ${node.seldom}`];
  const value = yaml(node, path);
  const simple = !node.items && namesIn(node).length === 0;
  return simple ? [`${name}: ${value.join("")}`] : [`${name}:`, ...value.map((text) => `  ${text}`)];
}

function section(name: string, node: Key, required: boolean): string {
  const rows = rowsOf(name, node, required);
  return [
    `## ${name}`,
    "",
    // A key with nothing below it says what it means in its own row.
    ...(rows[0]?.name === name ? [] : [node.description ?? "", ""]),
    "| Key | Value | Unit | Default | Meaning |",
    "| --- | --- | --- | --- | --- |",
    ...rows.map(line),
    "",
    "```yaml",
    "config:",
    ...member(`${namespace}:${name}`, node, [name]).map((text) => `  ${text}`),
    "```",
    "",
    "```sh",
    sampleCommand(node, [name]),
    "```",
    "",
  ].join("\n");
}

/** The whole page. */
export function renderReference(): string {
  const root = keysOf(schema);
  const names = namesIn(root);
  const contents = names.map((name) => `[${name}](#${name.toLowerCase()})`).join(", ");
  const sections = names.map((name) => {
    const [node = {}] = keysAt(root, [name]);
    return section(name, node, root.required?.includes(name) === true);
  });
  return [intro, `Keys: ${contents}.\n`, ...sections].join("\n");
}
