import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { firstLeaf, sampleOf } from "../../../config/issues.ts";
import { type Key, keysAt, keysOf, namesIn } from "../../../config/keys.ts";
import { renderReference } from "../../../config/reference.ts";
import { schema } from "../../../config/schema.ts";

type Leaf = { readonly path: readonly PropertyKey[]; readonly node: Key };

function leavesOf(node: Key, path: readonly PropertyKey[]): readonly Leaf[] {
  if (node.items) return leavesOf(node.items, [...path, 0]);
  const names = namesIn(node);
  return names.length === 0
    ? [{ path, node }]
    : names.flatMap((name) => keysAt(node, [name]).flatMap((child) => leavesOf(child, [...path, name])));
}

describe("reference of the configuration", () => {
  const root = keysOf(schema);

  it("docs/configuration.md is what the schema renders (npm run docs writes it)", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../docs/configuration.md"), "utf8");
    assert.equal(page, renderReference());
  });

  it("every key has its row, with a meaning", () => {
    const page = renderReference();
    for (const { path, node } of leavesOf(root, [])) {
      const name = path.reduce<string>(
        (text, part) => (typeof part === "number" ? text : `${text}${text === "" ? "" : "."}${String(part)}`),
        "",
      );
      const plain = page.replaceAll("[].", ".");
      assert.match(plain, new RegExp(`^\\| \`${name.replaceAll(".", "\\.")}\` \\|`, "m"), name);
      const owner = typeof path.at(-1) === "number" ? keysAt(root, path.slice(0, -1))[0] : node;
      assert.ok((owner?.description ?? "").length > 0, `${name} has no description`);
    }
  });

  it("every key has a valid value to show", () => {
    for (const { path, node } of leavesOf(root, [])) {
      const isText = node.type === "string" && node.enum === undefined && node.const === undefined;
      if (isText && node.secret !== true) {
        assert.notEqual(sampleOf(node), "VALUE", `${path.join(".")} has neither default nor example`);
      }
    }
    assert.deepEqual(firstLeaf(root, []).path, ["cloud"]);
  });

  it("tells type, range, unit, default and meaning of a key", () => {
    assert.ok(
      renderReference().includes(
        "| `tls.renewBeforeDays` | a whole number from 1 to 200 | days | `30` | `pulumi up` renews a certificate that is closer than this to its end. |",
      ),
    );
    assert.ok(
      renderReference().includes(
        "| `servers[].role` | balancer, web, database or monitor |  | **required** |",
      ),
    );
  });
});
