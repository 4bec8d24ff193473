/** Archives as those who unpack them see them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { contentTime } from "../../../config/directoryDigest.ts";
import { node24 } from "../../../tools/paths.ts";
import { run } from "../../../tools/run.ts";
import { root } from "../../support/mockedStack.ts";
import { ofType, programStack } from "../../support/program.ts";

/** Begins an entry of the table of contents. */
const entry = Buffer.from("PK\x01\x02", "latin1");

/** Name → mode of each file, and the number of the system that the modes are of, from the table of contents. */
function modesOf(
  path: string,
): readonly { readonly name: string; readonly system: number; readonly mode: number }[] {
  const bytes = readFileSync(path);
  const found: { name: string; system: number; mode: number }[] = [];
  const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  let at = bytes.readUInt32LE(end + 16);
  for (let rest = bytes.readUInt16LE(end + 10); rest > 0; rest -= 1) {
    assert.ok(bytes.subarray(at, at + 4).equals(entry));
    const [name, extra, comment] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
    found.push({
      name: bytes.toString("utf8", at + 46, at + 46 + (name ?? 0)),
      system: bytes.readUInt8(at + 5),
      mode: bytes.readUInt32LE(at + 38) >>> 16,
    });
    at += 46 + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return found;
}

/** What makes an archive of a folder in a process of its own, and prints its digest. */
const build = `
  import { createHash } from "node:crypto";
  import { archiveOf, filesOf } from ${JSON.stringify(join(root, "components/aws/archives.ts"))};
  process.umask(Number(process.env.UMASK));
  console.log(createHash("sha256").update(archiveOf(filesOf(${JSON.stringify(join(root, "site/public"))}))).digest("hex"));
`;

describe("archives for servers and functions", () => {
  it("let everybody read their files, whoever unpacks them", async () => {
    const stack = await programStack("staging");
    const archives = ofType(stack, "s3.BucketObjectv2").flatMap(({ inputs }) => {
      const source: unknown = inputs.source;
      const file =
        typeof source === "object" && source !== null && "path" in source ? String(source.path) : "";
      return file.endsWith(".zip") ? [file] : [];
    });
    assert.equal(archives.length, 2);
    for (const archive of archives) {
      const files = modesOf(join(root, archive));
      assert.ok(files.length > 1);
      for (const { name, system, mode } of files) {
        assert.equal(system, 3, name);
        assert.equal(mode.toString(8), "100644", name);
      }
    }
  });

  it("are the same bytes whatever the time zone, the locale and the umask", async () => {
    const places = [
      { TZ: "UTC", LC_ALL: "C", UMASK: "18" },
      { TZ: "America/New_York", LC_ALL: "tr_TR.UTF-8", UMASK: "63" },
      { TZ: "Pacific/Apia", LC_ALL: "C.UTF-8", UMASK: "0" },
    ];
    const digests = await Promise.all(
      places.map(async (place) => {
        const { code, stdout, stderr } = await run([node24, "--input-type=module", "--eval", build], {
          env: { ...process.env, ...place },
        });
        assert.equal(code, 0, stderr);
        return stdout.trim();
      }),
    );
    assert.match(digests[0] ?? "", /^[0-9a-f]{64}$/);
    assert.deepEqual(new Set(digests).size, 1);
  });

  it("give a page of another content another time, so that its tag is another", () => {
    const [before, after] = ["stamped 0001", "stamped 0002"].map((text) => contentTime(Buffer.from(text)));
    assert.notEqual(before?.getTime(), after?.getTime());
    assert.equal(before?.getTime(), contentTime(Buffer.from("stamped 0001")).getTime());
  });
});
