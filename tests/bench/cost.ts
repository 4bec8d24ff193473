/** What a request costs in processor time, by service: unlike requests a second it hardly depends on what else the machine does. */
import { setTimeout as wait } from "node:timers/promises";
import type { TestStack } from "../onebox/support/stack.ts";
import { type HostProcess, processesOf } from "./processes.ts";

/**
 * Seconds without visitors, and as many with them. What agents do by the clock comes round each minute: shorter, it is
 * in one of the two only, and looks as if requests cost it.
 */
const roundSeconds = 60;
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

const whole = (values: Iterable<number>): number => [...values].reduce((all, value) => all + value, 0);

/** Runs a load of so many seconds, which tells how many requests it made, and says what each cost, a line each. */
export async function costOfRequest(
  stack: TestStack,
  hosts: readonly string[],
  load: (seconds: number) => Promise<number>,
): Promise<readonly string[]> {
  const look = () => ({ at: performance.now(), processes: processesOf(stack, hosts) });
  const quiet = look();
  await wait(roundSeconds * 1000);
  const before = look();
  const requests = await load(roundSeconds - settleSeconds);
  await wait(settleSeconds * 1000);
  const after = look();
  const idle = spentBetween(quiet.processes, before.processes);
  const idleSeconds = (before.at - quiet.at) / 1000;
  const costs = costsOf(spentBetween(before.processes, after.processes), idle, {
    requests,
    idleShare: (after.at - before.at) / 1000 / idleSeconds,
  });
  const sum = whole(costs.map(([, microseconds]) => microseconds));
  const parts = costs.map(([service, microseconds]) => `${service} ${microseconds.toFixed(0)}`);
  const spentAnyway = (whole(idle.values()) / idleSeconds) * 100;
  return [
    `A request costs the stack ${sum.toFixed(0)} µs of a core: ${parts.join(", ")}`,
    `Without visitors the stack uses ${spentAnyway.toFixed(0)} % of a core: checks, replication, metrics`,
  ];
}
