import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { z } from "zod";
import { handlerOf, providerOf } from "../../../provider/dispatch.ts";
import { type Kind, keptWhole, Refusal } from "../../../provider/kind.ts";
import { fileTree } from "../../../provider/kinds/fileTree.ts";
import { Work } from "../../../provider/work.ts";
import { output, secret, unknown } from "./marks.ts";

const inputs = z.strictObject({
  place: z.strictObject({ name: z.string(), floor: z.int() }),
  password: z.string().min(3),
  tags: z.record(z.string(), z.int()).default({}),
  size: z.int().default(1),
});
type Inputs = z.output<typeof inputs>;

/** A kind that notes what it is asked to do. */
function fakeKind(over: Partial<Kind<Inputs>> = {}) {
  const calls: unknown[][] = [];
  const kind: Kind<Inputs> = {
    type: "onebox:index:Fake",
    ...keptWhole(inputs),
    replaceOn: ["place.name"],
    id: ({ place }) => place.name,
    findings: ({ password }) =>
      password === "simple" ? [{ path: "password", problem: "too simple", remedy: "Think" }] : [],
    ensure: async (wanted, previous) => {
      calls.push(["ensure", wanted, previous]);
      return { made: true };
    },
    observe: async () => [],
    remove: async (wanted) => {
      calls.push(["remove", wanted]);
    },
    ...over,
  };
  return { calls, handler: handlerOf(kind) };
}

const news = { place: { name: "a", floor: 1 }, password: secret("swordfish") };
const parsed = { place: { name: "a", floor: 1 }, password: "swordfish", tags: {}, size: 1 };
const state = { ...news, made: true, drift: [] };

/** What a rejected promise was rejected with: its message and what it carries. */
async function failureOf(promise: Promise<unknown>): Promise<Readonly<Record<string, unknown>>> {
  const failure: unknown = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  assert.ok(failure instanceof Error, "it was not refused");
  return { message: failure.message, ...Object.fromEntries(Object.entries(failure)) };
}

describe("check", () => {
  const { handler } = fakeKind();

  it("tells every finding, each with its path", () => {
    const failures = handler.check({
      place: { name: 1, floor: 1.5, door: "x" },
      password: secret("ab"),
      tags: { one: "1", two: 2 },
      colour: "red",
      taste: "sweet",
    });
    assert.deepEqual(failures.map(({ property }) => property).toSorted(), [
      "colour",
      "password",
      "place.door",
      "place.floor",
      "place.name",
      "tags.one",
      "taste",
    ]);
    for (const { reason } of failures) assert.match(reason, /\w/);
  });

  it("tells what is missing", () => {
    assert.deepEqual(
      handler.check({}).map(({ property }) => property),
      ["place", "password"],
    );
  });

  it("tells the findings beyond the shape", () => {
    assert.deepEqual(handler.check({ ...news, password: secret("simple") }), [
      { property: "password", reason: "too simple. Think" },
    ]);
  });

  it("takes what is not known yet for good, and still sees what is wrong beside it", () => {
    assert.deepEqual(handler.check({ place: unknown, password: output(), size: unknown }), []);
    assert.deepEqual(
      handler
        .check({ place: { name: unknown, floor: 1.5 }, password: "x", tags: { one: unknown, two: "2" } })
        .map(({ property }) => property),
      ["place.floor", "password", "tags.two"],
    );
  });

  it("never repeats a value", () => {
    const text = JSON.stringify(handler.check({ ...news, place: "secret-place", password: secret("zq") }));
    assert.doesNotMatch(text, /secret-place|zq/);
  });
});

describe("diff", () => {
  const { handler } = fakeKind();
  const diff = (after: Record<string, unknown>, before: Record<string, unknown> = state) =>
    handler.diff(before, after);

  it("sees none where nothing changed, whatever the order, the envelopes and the defaults", () => {
    assert.deepEqual(diff(news), { changes: false, replaces: [], deleteBeforeReplace: true });
    assert.equal(diff({ password: "swordfish", place: { floor: 1, name: "a" } }).changes, false);
    assert.equal(diff({ ...news, size: 1, tags: {} }).changes, false);
  });

  it("sees a changed, an added and a removed property", () => {
    assert.equal(diff({ ...news, password: secret("other") }).changes, true);
    assert.equal(diff({ ...news, tags: { one: 1 } }).changes, true);
    assert.equal(diff(news, { ...state, tags: { one: 1 } }).changes, true);
    assert.equal(diff(news, { ...state, size: 4 }).changes, true);
  });

  it("replaces where the identity changes, in either order", () => {
    const moved = { ...news, place: { name: "b", floor: 1 } };
    assert.deepEqual(diff(moved), { changes: true, replaces: ["place"], deleteBeforeReplace: true });
    assert.deepEqual(diff({ ...news, place: { name: "a", floor: 2 } }).replaces, []);
    assert.equal(
      fakeKind({ createBeforeDelete: true }).handler.diff(state, moved).deleteBeforeReplace,
      false,
    );
  });

  it("takes what is not known yet for a change, never for another identity", () => {
    for (const place of [unknown, output(), { name: unknown, floor: 1 }])
      assert.deepEqual(diff({ ...news, place }), { changes: true, replaces: [], deleteBeforeReplace: true });
    assert.equal(diff({ ...news, tags: { one: unknown } }).changes, true);
  });

  it("takes drift for a change", () => {
    assert.equal(diff(news, { ...state, drift: ["its link is down"] }).changes, true);
  });

  it("takes a state of an older shape for a change", () => {
    assert.equal(diff(news, { ...state, password: 5 }).changes, true);
  });

  it("compares what both know where a refresh brings inputs of an older shape", () => {
    assert.equal(diff({ ...news, egress: null }, { ...state, egress: null }).changes, false);
    assert.equal(diff({ ...news, place: "a" }, { ...state, place: "a" }).changes, true);
  });
});

describe("create", () => {
  it("gives plain inputs with their defaults, and wraps again what was secret", async () => {
    const { handler, calls } = fakeKind();
    assert.deepEqual(await handler.create(news), { id: "a", outs: state });
    assert.deepEqual(calls, [["ensure", parsed, null]]);
  });

  it("that fails half-way is recorded, its secrets still wrapped", async () => {
    const { handler } = fakeKind({ ensure: () => Promise.reject(new Error("the disk is full")) });
    const failure = await failureOf(handler.create(news));
    assert.equal(failure.message, "the disk is full");
    assert.equal(failure.id, "a");
    assert.deepEqual(failure.reasons, ["the disk is full"]);
    assert.deepEqual(failure.properties, news);
  });

  it("that is refused before anything was touched is not", async () => {
    const { handler } = fakeKind({ ensure: () => Promise.reject(new Refusal("the port is in use")) });
    const failure = await failureOf(handler.create(news));
    assert.equal(failure.message, "the port is in use");
    assert.equal("id" in failure, false);
  });
});

describe("update", () => {
  it("is told what there was, and wraps again what is secret now", async () => {
    const { handler, calls } = fakeKind();
    const wanted = { ...news, size: 2 };
    assert.deepEqual(await handler.update("a", { ...state, drift: ["x"] }, wanted), { ...state, size: 2 });
    assert.deepEqual(calls, [["ensure", { ...parsed, size: 2 }, parsed]]);
  });

  it("that fails is recorded with what there was, so that the next attempt goes on from there", async () => {
    const { handler } = fakeKind({ ensure: () => Promise.reject(new Error("no answer")) });
    const failure = await failureOf(handler.update("a", state, { ...news, size: 2 }));
    assert.deepEqual([failure.id, failure.properties, failure.reasons], ["a", state, ["no answer"]]);
  });

  it("that is refused leaves the record alone", async () => {
    const { handler } = fakeKind({ ensure: () => Promise.reject(new Refusal("no")) });
    assert.equal("id" in (await failureOf(handler.update("a", state, news))), false);
  });

  it("of a state of an older shape goes on as if nothing were known", async () => {
    const { handler, calls } = fakeKind();
    await handler.update("a", { ...state, place: "a" }, news);
    assert.deepEqual(calls, [["ensure", parsed, null]]);
  });
});

describe("read", () => {
  it("notes drift, and keeps secrets wrapped", async () => {
    const { handler } = fakeKind({ observe: async () => ["its link is down"] });
    assert.deepEqual(await handler.read("a", state), {
      id: "a",
      props: { ...state, drift: ["its link is down"] },
      inputs: undefined,
    });
  });

  it("answers an empty id for what is gone", async () => {
    const { handler } = fakeKind({ observe: async () => "gone" });
    assert.equal((await handler.read("a", state)).id, "");
  });

  it("imports by the id alone where the kind can", async () => {
    const { handler } = fakeKind({
      adopt: async (id) => ({
        inputs: { ...parsed, place: { name: id, floor: 3 } },
        outputs: { made: true },
      }),
    });
    const adopted = { ...parsed, place: { name: "z", floor: 3 } };
    assert.deepEqual(await handler.read("z", {}), {
      id: "z",
      props: { ...adopted, made: true, drift: [] },
      inputs: adopted,
    });
  });

  it("says so where the kind cannot", async () => {
    await assert.rejects(fakeKind().handler.read("z", {}), /^Error: onebox:index:Fake cannot be imported$/);
  });
});

describe("delete", () => {
  it("is told the inputs among the state's properties, of a half-made resource too", async () => {
    const { handler, calls } = fakeKind();
    await handler.remove(state);
    await handler.remove(news);
    assert.deepEqual(calls, [
      ["remove", parsed],
      ["remove", parsed],
    ]);
  });
});

describe("a file tree in the state", () => {
  const handler = handlerOf(fileTree);
  const host = { sandbox: { directory: ".onebox/stacks/x", incarnation: "1" }, name: "web-1", number: 7 };
  const tree = (content: string, mode = "0400") => ({
    host,
    name: "site",
    folders: {},
    files: secret({ "etc/key": { content, mode, user: "site" } }),
  });
  const digest = createHash("sha256").update("swordfish").digest("hex");
  const kept = {
    ...tree(""),
    files: secret({ "etc/key": { digest, mode: "0400", user: "site" } }),
    drift: [],
  };

  it("is kept by digests, secret like the content", async () => {
    const failing = handlerOf({ ...fileTree, ensure: () => Promise.reject(new Error("the disk is full")) });
    const { drift, ...made } = kept;
    assert.deepEqual(drift, []);
    assert.deepEqual((await failureOf(failing.create(tree("swordfish")))).properties, made);
    const whole = handlerOf({ ...fileTree, ensure: async () => ({ version: "1" }) });
    assert.deepEqual((await whole.create(tree("swordfish"))).outs, { ...kept, version: "1" });
  });

  it("tells a changed content and a changed mode", () => {
    assert.equal(handler.diff(kept, tree("swordfish")).changes, false);
    assert.equal(handler.diff(kept, tree("marlin")).changes, true);
    assert.equal(handler.diff(kept, tree("swordfish", "0600")).changes, true);
  });

  it("may be one of an older version, which kept the content", async () => {
    const older = { ...tree("swordfish"), drift: [] };
    assert.equal(handler.diff(older, tree("swordfish")).changes, false);
    assert.equal(handler.diff(older, tree("marlin")).changes, true);
  });
});

describe("the provider", () => {
  const withWork = (work: Work) =>
    providerOf("1.2.3", new Map([["onebox:index:Fake", fakeKind().handler]]), work);
  const provider = withWork(new Work());

  it("finds the kind by the last type of the name", async () => {
    const urn = "urn:pulumi:dev::foobar::foobar:onebox:Network$onebox:index:Fake::web-1";
    assert.deepEqual(await provider.create?.(urn, news), { id: "a", outs: state });
  });

  it("names the type that it does not have", async () => {
    const urn = "urn:pulumi:dev::foobar::onebox:index:Nothing::x";
    await assert.rejects(async () => provider.create?.(urn, news), /no resource type onebox:index:Nothing/);
  });

  it("tells those who wait for others what failed", async () => {
    const work = new Work({ silence: 600_000, settling: 0 });
    const urn = "urn:pulumi:dev::foobar::onebox:index:No::lb-1";
    await assert.rejects(async () => withWork(work).create?.(urn, news));
    await assert.rejects(
      work.untilOthers(
        "an answer",
        async () => "none",
        async () => "",
      ),
      /^Error: lb-1 failed: this provider has no resource type onebox:index:No\n/,
    );
  });
});
