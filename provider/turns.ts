/** Turns: of several resources that name the same group, one at a time goes on; after a failure the others refuse. */

interface Queue {
  tail: Promise<void>;
  failed: string | null;
}

const queues = new Map<string, Queue>();

/**
 * Runs `work` when every earlier one of the group is done. A rolling change stops at the first server that does not
 * come back: the ones after it are left as they were.
 * @throws Error without running `work` when an earlier one of the group failed.
 */
export async function inTurn(group: string, name: string, work: () => Promise<void>): Promise<void> {
  const queue = queues.get(group) ?? { tail: Promise.resolve(), failed: null };
  queues.set(group, queue);
  const mine = queue.tail.then(async () => {
    if (queue.failed !== null) {
      throw new Error(
        `${name} was left as it was: ${queue.failed} did not come back from its own change. Mend that and run \`up\` again`,
      );
    }
    try {
      await work();
    } catch (error) {
      queue.failed ??= name;
      throw error;
    }
  });
  queue.tail = mine.catch(() => undefined);
  await mine;
}
