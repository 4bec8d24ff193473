import assert from "node:assert/strict";
import { Work } from "../../../provider/work.ts";

/** Something that ends when it is told to. */
function promised() {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}

const nothing = async () => "";
const quick = { silence: 30, settling: 1 };

describe("the work of one operation", () => {
  it("lets a part wait for what another one makes", async () => {
    const work = new Work(quick);
    const making = promised();
    let there = false;
    const other = work.on("web-1", async () => {
      await making.promise;
      there = true;
    });
    const waiting = work.on("balancer", () =>
      work.untilOthers("an answer", async () => (there ? null : "nobody answers"), nothing),
    );
    making.resolve();
    await Promise.all([other, waiting]);
  });

  it("ends a wait as soon as a part has failed and nothing else is under way, the reason first", async () => {
    const work = new Work({ ...quick, silence: 600_000 });
    const [failing, lasting] = [promised(), promised()];
    let ended = false;
    const waiting = assert
      .rejects(
        work.on("balancer", () => work.untilOthers("an answer", async () => "nobody answers", nothing)),
        /^Error: lb-1-keepalived failed: line 3 is wrong\nSo an answer is not waited for: nobody answers$/,
      )
      .then(() => {
        ended = true;
      });
    const failed = assert.rejects(work.on("lb-1-keepalived", () => failing.promise));
    const other = work.on("lb-2", async () => {
      await lasting.promise;
      assert.equal(ended, false, "what is under way may still make it");
    });
    failing.reject(new Error("line 3 is wrong"));
    await failed;
    lasting.resolve();
    await Promise.all([other, waiting]);
  });

  it("does not fail what is there all the same", async () => {
    const work = new Work({ ...quick, silence: 600_000 });
    await assert.rejects(work.on("monitor", () => Promise.reject(new Error("no"))));
    await work.on("balancer", () => work.untilOthers("an answer", async () => null, nothing));
  });

  it("ends a wait when every other part is made and nothing happens any more, with what explains it", async () => {
    const work = new Work(quick);
    await assert.rejects(
      work.on("balancer", () =>
        work.untilOthers(
          "an answer",
          async () => "nobody answers",
          async () => "\nkeepalived: it ends",
        ),
      ),
      /^Error: every other part is made\nSo an answer is not waited for: nobody answers\nkeepalived: it ends$/,
    );
  });

  it("ends a wait when it is interrupted", async () => {
    const work = new Work({ silence: 600_000, settling: 600_000 });
    const waiting = work.on("balancer", () =>
      work.untilOthers("an answer", async () => "nobody answers", nothing),
    );
    work.interrupt();
    await assert.rejects(waiting, /^Error: the operation was interrupted\n/);
  });
});
