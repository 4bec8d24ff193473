import assert from "node:assert/strict";
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import "../../../components/leanSdk.ts";

// What the SDK keeps to itself has no types.
const debuggable = createRequire(import.meta.url)("@pulumi/pulumi/runtime/debuggable.js");

describe("the lean SDK", () => {
  it("remembers no trace of a promise, and leaves those of errors alone", async () => {
    const promise = Promise.resolve(5);
    assert.equal(await debuggable.debuggablePromise(promise, "here"), 5);
    const trace: unknown = Reflect.get(promise, "_debugStackTrace");
    assert.equal(trace, "Error");
    assert.match(new Error("of a test").stack ?? "", /leanSdk\.test\.ts/);
  });

  it("still knows which promises are under way", () => {
    const waiting = new Promise<void>(() => undefined);
    debuggable.debuggablePromise(waiting, "for ever");
    const [leaked] = debuggable.leakedPromises();
    assert.ok(leaked.has(waiting));
  });

  it("keeps the paths of this machine out of the state", () => {
    const stackTrace: unknown = Reflect.get(pulumi.Resource, "stackTrace");
    assert.ok(typeof stackTrace === "function");
    assert.deepEqual(stackTrace(4), []);
  });
});
