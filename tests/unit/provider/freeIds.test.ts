import assert from "node:assert/strict";
import { requireFreeIds } from "../../../provider/freeIds.ts";
import { Refusal } from "../../../provider/kind.ts";
import { userId } from "../../../provider/processes.ts";

describe("ids of service users", () => {
  const mysql = userId(11, "mysql", false);

  it("that nobody has are taken, on this machine too", async () => {
    await requireFreeIds("db-1", 11, async () => "");
    await requireFreeIds("db-1", 11);
  });

  for (const database of ["passwd", "group"] as const)
    it(`that are in the machine's ${database} refuse the host by name, without anything else of the entry`, async () => {
      const asked: string[] = [];
      const look = async (of: string, ids: readonly string[]) => {
        asked.push(...ids);
        return of === database ? `alice:x:${mysql}:100:Alice:/home/alice:/bin/sh\n` : "";
      };
      await assert.rejects(requireFreeIds("db-1", 11, look), (error) => {
        assert.ok(error instanceof Refusal);
        assert.match(error.message, new RegExp(`host db-1 .* this machine has alice:x:${mysql}: start`));
        return true;
      });
      assert.ok(asked.includes(String(mysql)));
    });
});
