import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lnavCommand, sinceOf } from "../../../tools/logs/request.ts";
import { run } from "../../../tools/run.ts";
import { inUserland } from "../../../tools/userland/command.ts";

describe("npm run logs", () => {
  const now = Date.parse("2026-01-31T12:00:00Z");

  it("takes a span or a date, UTC unless it names a zone", () => {
    assert.equal(sinceOf("90s", now), now - 90_000);
    assert.equal(sinceOf("3d", now), now - 259_200_000);
    assert.equal(sinceOf("2026-01-31", now), Date.parse("2026-01-31T00:00:00Z"));
    assert.equal(sinceOf("2026-01-31 08:30", now), Date.parse("2026-01-31T08:30:00Z"));
    assert.equal(sinceOf("2026-01-31T08:30:00+02:00", now), Date.parse("2026-01-31T06:30:00Z"));
    for (const text of ["yesterday", "10", "10y", "2026-13-01", "2026-01-31T"])
      assert.equal(sinceOf(text, now), null, text);
  });

  it("merges hosts by time, and shows what matches from a time on", async () => {
    const folder = mkdtempSync(join(tmpdir(), "logs-"));
    const file = (name: string, lines: readonly string[]) => {
      writeFileSync(join(folder, name), lines.map((line) => `${line}\n`).join(""));
      return join(folder, name);
    };
    try {
      const files = [
        file("one", [
          "2026-01-31T10:00:00.000+00:00 web-1 site too early: wanted",
          "2026-01-31T11:00:01.000+00:00 web-1 site wanted 1",
          "2026-01-31T11:00:03.000+00:00 web-1 site wanted 3",
        ]),
        file("two", [
          "2026-01-31T11:00:04.000+00:00 web-2 site another",
          // Services of one host may be read one after the other.
          '2026-01-31T11:00:02.000+00:00 web-2 web/access {"wanted":2}',
        ]),
      ];
      const argv = lnavCommand({ search: "wan[t]ed", since: now - 3_600_000 }, files, false);
      const { stdout } = await run(inUserland(argv), {
        env: { ...process.env, HOME: folder, TZ: "UTC" },
      });
      assert.deepEqual(stdout.match(/wanted\D+(\d)/g)?.length, 3, stdout);
      assert.deepEqual(
        stdout
          .trim()
          .split("\n")
          .map((line) => /wanted\D+(\d)/.exec(line)?.[1]),
        ["1", "2", "3"],
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
