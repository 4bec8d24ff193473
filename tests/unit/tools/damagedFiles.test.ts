import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { isWhole } from "../../../components/aws/archives.ts";
import { damageOf, jsonOf, requireJson, UnreadableError } from "../../../config/json.ts";
import { packagesAreInstalled } from "../../../tools/lockfile.mjs";
import { messageFor, Problem } from "../../../tools/problem.ts";
import { chooseBackend } from "../../../tools/pulumi/environment.ts";
import { readState, requirePassphrase, stateFileOf } from "../../../tools/pulumi/stateFile.ts";

const secret = "hunter2-in-the-state";
const whole = JSON.stringify({
  version: 3,
  checkpoint: {
    stack: "organization/foobar/dev",
    latest: { secrets_providers: { type: "passphrase" }, resources: [{ urn: secret }] },
  },
});

/** How a file may be damaged: its name in the titles → its text, and the words that say so. */
const damages: Readonly<Record<string, readonly [string, RegExp]>> = {
  "cut to half": [whole.slice(0, whole.length / 2), /is cut off or no JSON/],
  empty: ["", /is empty/],
  "filled with zeros": ["\0".repeat(64), /is cut off or no JSON/],
  binary: ["\u{1f}\u{8b}\u{8}\u{fffd}", /is cut off or no JSON/],
  "another program's": ['{"hello":"hunter2-in-the-state"}', /is JSON of another form/],
};

/** Of a message for the user: one line, no words of a parser, nothing of the file. */
function isOneSentence(message: string): void {
  assert.doesNotMatch(message, /\n|JSON at position|Unexpected|SyntaxError|ZodError|invalid_type/);
  assert.ok(!message.includes(secret.slice(0, 7)), "it quotes the file");
}

describe("JSON of earlier runs", () => {
  const shape = z.object({ version: z.number() });

  for (const [how, [text, words]] of Object.entries(damages))
    it(`one that is ${how} is undefined, or one sentence without its content`, () => {
      assert.equal(jsonOf(text, shape), undefined);
      assert.match(damageOf(text), words);
      assert.throws(
        () => requireJson(text, shape, "a/file.json", "make it anew"),
        (error) => {
          assert.ok(error instanceof UnreadableError);
          assert.match(error.message, /^a\/file\.json .*: make it anew$/);
          isOneSentence(error.message);
          return true;
        },
      );
    });

  it("is read where it is whole, a value `null` too", () => {
    assert.deepEqual(jsonOf(whole, shape), { version: 3 });
    assert.equal(jsonOf("null", z.null()), null);
    assert.equal(jsonOf(undefined, shape), undefined);
  });
});

describe("damaged files of the backend", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "state-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function put(path: string, text: string, minute = 0): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    const time = new Date(Date.UTC(2026, 0, 1, 12, minute));
    await utimes(path, time, time);
  }

  const messageOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => assert.fail("nothing was refused"),
      (error) => {
        assert.ok(error instanceof Problem || error instanceof UnreadableError);
        isOneSentence(error.message);
        return error.message;
      },
    );

  it("no state is no damage", async () => {
    assert.equal(await readState("dev", folder), undefined);
  });

  for (const [how, [text, words]] of Object.entries(damages))
    it(`a state that is ${how} names its file, the youngest good copy and the command`, async () => {
      const path = stateFileOf("dev", folder);
      const history = join(folder, ".pulumi", "history", "foobar", "dev");
      await put(path, text, 9);
      await put(`${path}.bak`, text, 8);
      await put(join(history, "dev-2.checkpoint.json"), whole, 7);
      await put(join(history, "dev-1.checkpoint.json"), whole, 6);
      const message = await messageOf(readState("dev", folder));
      assert.match(message, words);
      assert.match(message, /dev\.json, the state of stack dev/);
      assert.match(
        message,
        /last good copy is of 2026-01-01T12:07:00Z.*`cp \S+dev-2\.checkpoint\.json \S+dev\.json`/,
      );
    });

  it("a state without any good copy says so, and how to go on", async () => {
    await put(stateFileOf("dev", folder), "");
    assert.match(
      await messageOf(readState("dev", folder)),
      /neither dev\.json\.bak nor .* `mv \S+ \S+\.damaged`/,
    );
  });

  it("an empty passphrase is refused, and a missing one where the state needs it", async () => {
    const path = join(folder, "passphrase");
    const state = z.object({ version: z.number(), checkpoint: z.any() }).parse(JSON.parse(whole));
    await requirePassphrase(undefined, path);
    assert.match(await messageOf(requirePassphrase(state, path)), /passphrase is missing/);
    await put(path, " \n");
    assert.match(await messageOf(requirePassphrase(undefined, path)), /is empty/);
    await put(path, "words\n");
    await requirePassphrase(state, path);
  });

  for (const how of ["cut to half", "empty", "binary"])
    it(`credentials of Pulumi that are ${how} name their file and the command`, async () => {
      await put(join(folder, ".pulumi", "credentials.json"), damages[how]?.[0] ?? "");
      assert.match(await messageOf(chooseBackend({}, folder)), /credentials\.json is .*`pulumi login`/);
    });

  it("npm's own lockfile that is cut off counts as not installed", async () => {
    await put(join(folder, "package-lock.json"), '{"packages":{}}');
    await put(join(folder, "node_modules", ".package-lock.json"), '{"packages":{');
    assert.equal(packagesAreInstalled(folder), false);
  });

  it("an archive that is cut off is no archive", async () => {
    const path = join(folder, "site.zip");
    assert.equal(isWhole(path), false);
    await put(path, "PK\u{3}\u{4}cut");
    assert.equal(isWhole(path), false);
  });

  it("what the system refuses is one sentence with the path", async () => {
    const path = stateFileOf("dev", folder);
    await mkdir(path, { recursive: true });
    await chmod(path, 0o700);
    const error = await readState("dev", folder).catch((caught: unknown) => caught);
    assert.match(messageFor(error) ?? "", /dev|read.*cannot be used: EISDIR/);
    assert.equal(messageFor(new TypeError("x is not a function")), undefined);
  });
});
