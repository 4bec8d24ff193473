/** What a request costs in processor time, by service: unlike requests a second it hardly depends on what else the machine does. */
import { setTimeout as wait } from "node:timers/promises";
import type { TestStack } from "../onebox/support/stack.ts";
import { type HostProcess, processesOf } from "./processes.ts";

/** Seconds in which nobody visits: what is spent then is spent anyway. */
const idleSeconds = 5;
/** Seconds after which the logs of a load have come through. */
const settleSeconds = 4;
/** Cheaper services are left out, microseconds. */
const smallest = 1;

/** Seconds that each service spent between two looks. */
function spentBetween(
  before: readonly HostProcess[],
  after: readonly HostProcess[],
): ReadonlyMap<string, number> {
  const earlier = new Map(before.map(({ pid, cpuSeconds }) => [pid, cpuSeconds] as const));
  const spent = new Map<string, number>();
  for (const { service, pid, cpuSeconds } of after) {
    if (service === null) continue;
    const seconds = cpuSeconds - (earlier.get(pid) ?? 0);
    spent.set(service, (spent.get(service) ?? 0) + seconds);
  }
  return spent;
}

/** Microseconds a request, dearest service first, what is spent without visitors left out. Pure. */
export function costsOf(
  busy: ReadonlyMap<string, number>,
  idle: ReadonlyMap<string, number>,
  { requests, idleShare }: { readonly requests: number; readonly idleShare: number },
): readonly (readonly [service: string, microseconds: number])[] {
  return [...busy]
    .map(([service, seconds]) => {
      const own = seconds - (idle.get(service) ?? 0) * idleShare;
      return [service, (own * 1_000_000) / requests] as const;
    })
    .filter(([, microseconds]) => microseconds >= smallest)
    .sort(([, one], [, other]) => other - one);
}

/** Runs a load, which tells how many requests it made, and says what each cost. */
export async function costOfRequest(
  stack: TestStack,
  hosts: readonly string[],
  load: () => Promise<number>,
): Promise<string> {
  const look = () => ({ at: performance.now(), processes: processesOf(stack, hosts) });
  const quiet = look();
  await wait(idleSeconds * 1000);
  const before = look();
  const requests = await load();
  await wait(settleSeconds * 1000);
  const after = look();
  const costs = costsOf(
    spentBetween(before.processes, after.processes),
    spentBetween(quiet.processes, before.processes),
    { requests, idleShare: (after.at - before.at) / (before.at - quiet.at) },
  );
  const sum = costs.reduce((all, [, microseconds]) => all + microseconds, 0);
  const parts = costs.map(([service, microseconds]) => `${service} ${microseconds.toFixed(0)}`);
  return `A request costs the stack ${sum.toFixed(0)} µs of a core: ${parts.join(", ")}`;
}
