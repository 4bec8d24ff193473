/** Pulumi keeps scalars as text and structures as JSON text: undone here by what the schema wants. Pure. */
import { z } from "zod";
import { jsonOf } from "./json.ts";
import { type Key, typesOf } from "./keys.ts";

function structureIn(text: string): object | null {
  const parsed = /^\s*[[{]/.test(text) ? jsonOf(text, z.unknown()) : undefined;
  return typeof parsed === "object" ? parsed : null;
}

/** The value that a key of the first level holds; text that fits none of the wanted types stays text. */
export function decodeValue(text: string, wanted: Key): unknown {
  const types = typesOf(wanted);
  if (wanted.secret !== true || !types.includes("string")) {
    const structure = structureIn(text);
    if (structure !== null) return structure;
  }
  if (types.includes("boolean") && /^(true|false)$/.test(text)) return text === "true";
  const number = types.includes("integer") || types.includes("number");
  return number && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
