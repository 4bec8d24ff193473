/** Values and demands in words. Pure. */
import { alternativesOf, type Key, namesIn, typesOf } from "./keys.ts";

const longestShown = 60;

function span({ minimum: low, maximum: high }: Key): string {
  if (low !== undefined && high !== undefined)
    return low === high ? ` of exactly ${low}` : ` from ${low} to ${high}`;
  if (low !== undefined) return ` of at least ${low}`;
  return high === undefined ? "" : ` of at most ${high}`;
}

const joined = (words: readonly string[], last: string) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1) ?? ""}`;

function choices(node: Key): readonly string[] {
  const values = node.enum ?? (node.const === undefined ? [] : [node.const]);
  // A text that looks like a number is shown in quotes: without them it would be one.
  return values.map((value) =>
    typeof value === "string" && /^(true|false|[\d.]+)$/.test(value) ? `"${value}"` : String(value),
  );
}

function listForm(node: Key): string {
  const low = node.minItems ?? 0;
  const high = node.maxItems;
  const most = high === undefined ? "" : ` of ${low} to ${high} entries`;
  const least = low === 0 ? "" : ` of at least ${low} ${low === 1 ? "entry" : "entries"}`;
  return `a list${most || least}, each ${node.items ? formOf(node.items) : "anything"}`;
}

function simpleForm(node: Key): string {
  const unit = node.unit ? ` (${node.unit})` : "";
  if (node.form) return node.form;
  switch (node.type) {
    case "integer":
      return `a whole number${span(node)}${unit}`;
    case "number":
      return `a number${span(node)}${unit}`;
    case "boolean":
      return "true or false";
    case "string":
      return `text${node.minLength ? " that is not empty" : ""}${unit}`;
    case "null":
      return "null";
    case "array":
      return listForm(node);
    case "object":
      return node.properties
        ? `a structure with the ${namesIn(node).length === 1 ? "key" : "keys"} ${joined(namesIn(node), "and")}`
        : `a structure of names, each with ${node.additionalProperties ? formOf(node.additionalProperties) : "anything"}`;
    default:
      return "anything";
  }
}

/** What a key must be, in words that complete `must be ...`: `a whole number from 2 to 397 (days)`. */
export function formOf(node: Key): string {
  const alternatives = alternativesOf(node);
  const chosen = alternatives.flatMap(choices);
  const rest = alternatives.filter((option) => choices(option).length === 0).map(simpleForm);
  const enumerated = chosen.length === 0 ? [] : [joined([...new Set(chosen)], "or")];
  return [...enumerated, ...new Set(rest)].join(", or ");
}

/** JSON's name of a value's type. */
function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return value === null
    ? "null"
    : typeof value === "number" && Number.isInteger(value)
      ? "integer"
      : typeof value;
}

function shortened(text: string): string {
  const plain = text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
  return JSON.stringify(plain);
}

/** What was given for a key, in words that follow its path: `is 400`, `is the text "90"`, `is missing`. */
export function givenWords(value: unknown, node: Key): string {
  const accepted = typesOf(node);
  const type = typeOf(value);
  const right = accepted.includes(type) || (type === "integer" && accepted.includes("number"));
  if (value === undefined) return "is missing";
  if (value === null || value === "") return "is empty";
  if (Array.isArray(value))
    return right ? `has ${value.length} ${value.length === 1 ? "entry" : "entries"}` : "is a list";
  if (typeof value === "object") return "is a structure";
  if (typeof value !== "string") return right ? `is ${value}` : `is the ${typeof value} ${value}`;
  const structured = accepted.includes("object") || accepted.includes("array");
  if (structured && /^\s*[[{]/.test(value)) return "is a malformed structure (not JSON)";
  return right ? `is ${shortened(value)}` : `is the text ${shortened(value)}`;
}
