/** Runs a drill while visitors read and write, and counts afterwards. */
import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { Drill, Outcome, Scene } from "./drill.ts";
import { sqlInHost, untilDatabaseWhole, untilOneBalancer } from "./hosts.ts";
import { lostOf, startWriting, type Writes } from "./ledger.ts";
import { type Reads, startReading } from "./load.ts";

/** Visitors of each kind. */
const visitors = 4;
/** Milliseconds between two requests of a visitor, where the limits allow it. */
const briskPace = 50;
/** Requests of each kind after which the visitors go home: at the brisk pace over half an hour. */
const limit = 150_000;
/** Requests that a visitor may make at most of what its address is allowed. */
const share = 0.5;

/** Milliseconds between two requests of a visitor, so that it stays below the limit of its address. Pure. */
export const paceFor = (requestsPer10s: number): number =>
  Math.max(briskPace, Math.ceil(10_000 / (requestsPer10s * share)));

/** Undoes everything, the last first, however much of it fails. @throws Error with every failure */
async function undoAll(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: string[] = [];
  for (const step of steps.toReversed()) {
    await step().catch((error: unknown) =>
      failures.push(error instanceof Error ? error.message : String(error)),
    );
  }
  if (failures.length > 0)
    throw new Error(`not everything could be undone; run \`npm run up\`: ${failures.join("; ")}`);
}

/** Rejects when the user presses Ctrl-C. */
function interruption(): { readonly promise: Promise<never>; readonly ignore: () => void } {
  let stop: () => void = () => undefined;
  const promise = new Promise<never>((_, reject) => {
    const onSignal = () => reject(new Error("interrupted"));
    process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
    stop = () => process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  });
  promise.catch(() => undefined);
  return { promise, ignore: () => stop() };
}

/** Author of a run's entries: those of people, and of another drill, stay. */
const newAuthor = () => `drill ${randomUUID()}`;

/** Takes this run's entries out of the guest book, on the first node that takes the statement. */
async function forget({ live, databases, stack, author }: Scene): Promise<void> {
  const sql = `DELETE FROM \`${stack.settings.database.name}\`.entries WHERE author = '${author}'; SELECT 'done'`;
  for (const node of databases) if ((await sqlInHost(live.directory, node, sql)) === "done") return;
}

/** Waits until every part is there again. */
async function settle({ live, balancers, databases }: Scene): Promise<void> {
  await untilOneBalancer(live.directory, balancers);
  await untilDatabaseWhole(live.directory, databases);
}

/** What the caller gives; the rest of the scene is the run's own. */
export type Place = Omit<Scene, "author" | "undo" | "acknowledged" | "served">;

/** Longest that a step under way may still take after Ctrl-C before it is undone, milliseconds. */
const lastStep = 20_000;

/**
 * The scene of one run. Once `ended` says so everything of it throws, so that a drill that was interrupted goes no step
 * further while what it did is undone.
 */
function sceneOf(
  place: Place,
  own: Pick<Scene, "author" | "undo" | "acknowledged" | "served">,
  ended: () => boolean,
): Scene {
  const unlessEnded =
    <A extends readonly unknown[], R>(work: (...given: A) => R) =>
    (...given: A): R => {
      if (ended()) throw new Error("interrupted");
      return work(...given);
    };
  return {
    ...place,
    ...own,
    say: unlessEnded(place.say),
    up: unlessEnded(place.up),
    undo: unlessEnded(own.undo),
    served: unlessEnded(own.served),
  };
}

/** Does the drill. @throws Error when it could not be done, was interrupted, or could not be undone */
export async function watch(drill: Drill, place: Place): Promise<Outcome> {
  const { site } = place.live;
  const pace = paceFor(place.stack.settings.limits.requestsPer10s);
  const author = newAuthor();
  const reading = startReading(site, {
    readers: visitors,
    limit,
    pace,
    from: (index) => `127.0.9.${index + 1}`,
  });
  const writing = startWriting(site, {
    writers: visitors,
    author,
    limit,
    pace,
    from: (index) => `127.0.10.${index + 1}`,
  });
  const steps: (() => Promise<void>)[] = [];
  const interrupted = interruption();
  let ended = false;
  const own = {
    author,
    undo: (how: () => Promise<void>) => {
      steps.push(how);
    },
    acknowledged: writing.acknowledged,
    served: async (count: number) => {
      await Promise.all([reading.more(count), writing.acknowledgedMore(count)]);
    },
  };
  const scene = sceneOf(place, own, () => ended);
  const acting = (async () => {
    await scene.served(100);
    const mustKeep = await drill.act(scene);
    await scene.served(100);
    return mustKeep;
  })();
  let mustKeep: ReadonlySet<string> | undefined;
  let writes: Writes;
  let reads: Reads;
  try {
    mustKeep = await Promise.race([acting, interrupted.promise]);
  } catch (error) {
    ended = true;
    await Promise.race([acting.catch(() => undefined), setTimeout(lastStep, undefined, { ref: false })]);
    throw error;
  } finally {
    place.say("everything is put back");
    try {
      await undoAll(steps);
    } finally {
      interrupted.ignore();
      [writes, reads] = await Promise.all([writing.stop(), reading.stop()]);
      if (ended) await forget(scene);
    }
  }
  await settle(scene);
  const lost = await lostOf(site, mustKeep ?? writes.acknowledged);
  await forget(scene);
  return {
    reads: reads.asked,
    failedReads: reads.failed,
    writes: writes.acknowledged.size,
    failedWrites: writes.failed,
    lost: lost.length,
    withoutReads: reads.longestGap / 1000,
    withoutWrites: writes.longestGap / 1000,
  };
}
