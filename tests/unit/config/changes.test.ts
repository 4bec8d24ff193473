/** What docs/upgrade-and-state.md says of a change of each key: every key of the schema is there, and no other. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Key, keysAt, keysOf, namesIn } from "../../../config/keys.ts";
import { schema } from "../../../config/schema.ts";

const heading = "## What a change of a key does to a running stack";

/** Keys without a structure below them; a list's are those of its entries. */
function leavesOf(node: Key, path: readonly string[]): readonly (readonly string[])[] {
  if (node.items) return leavesOf(node.items, path);
  const names = namesIn(node);
  return names.length === 0
    ? [path]
    : names.flatMap((name) => keysAt(node, [name]).flatMap((child) => leavesOf(child, [...path, name])));
}

/** Rows of the table below the heading: the keys that each names, and what happens on each cloud. */
function rowsOf(
  page: string,
): readonly { readonly keys: readonly string[]; readonly cells: readonly string[] }[] {
  const section = page.slice(page.indexOf(heading)).split(/\n(?=## )/)[0] ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => {
      const [, names = "", ...cells] = line.split("|").map((cell) => cell.trim());
      return {
        keys: [...names.matchAll(/`([^`]+)`/g)].map(([, key = ""]) => key),
        cells: cells.slice(0, -1),
      };
    });
}

/** Whether a row's key is this one or a structure above it. */
const covers = (key: string, path: string) => path === key || path.startsWith(`${key}.`);

describe("what a change of a key does", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/upgrade-and-state.md"), "utf8");
  const rows = rowsOf(page);
  const named = rows.flatMap(({ keys }) => keys);
  const root = keysOf(schema);
  const leaves = [...new Set(leavesOf(root, []).map((path) => path.join(".")))];

  it("is told of every key of the schema, for each cloud", () => {
    assert.ok(leaves.length > 80, `only ${leaves.length} keys`);
    assert.deepEqual(
      leaves.filter((leaf) => !named.some((key) => covers(key, leaf))),
      [],
    );
    for (const { keys, cells } of rows)
      assert.ok(cells.length === 2 && cells.every((cell) => cell !== ""), keys.join());
  });

  it("is told of no key that does not exist, and of each once", () => {
    assert.deepEqual(
      named.filter((key) => !leaves.some((leaf) => covers(key, leaf))),
      [],
    );
    assert.deepEqual(
      named.filter((key, index) => named.indexOf(key) !== index),
      [],
    );
  });
});
