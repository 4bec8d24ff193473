/** Seconds without a successful write and read after each kind of kill, and acknowledged writes that are lost. */
import { runInSandbox } from "../../provider/enter.ts";
import { setLink, untilDatabaseWhole, untilOneBalancer, writerOf } from "../../tools/drills/hosts.ts";
import { lostWrites } from "../../tools/drills/ledger.ts";
import type { TestStack } from "../onebox/support/stack.ts";
import { type Availability, startVisiting } from "./availability.ts";
import type { Figure, Section, Target } from "./figures.ts";

/** The stack's names by role. */
export interface Topology {
  readonly balancers: readonly string[];
  readonly databases: readonly string[];
}

/** One way to break the stack. */
interface Harm {
  readonly name: string;
  /** Seconds that may pass without a write. */
  readonly limit?: number;
  /** Whether not one request may fail. */
  readonly unnoticed?: boolean;
  /** Does it; returns how to make it whole, where it is not by itself. */
  readonly act: (stack: TestStack, topology: Topology) => Promise<(() => Promise<unknown>) | null>;
}

const kill = async (stack: TestStack, host: string, service: string) => {
  await stack.killService(host, service);
  return null;
};

const cut = async (stack: TestStack, host: string) => {
  await setLink(stack.directory, host, "down");
  return () => setLink(stack.directory, host, "up");
};

const harms: readonly Harm[] = [
  { name: "web server killed", unnoticed: true, act: (stack) => kill(stack, "web-2", "web") },
  { name: "its application killed", unnoticed: true, act: (stack) => kill(stack, "web-1", "site") },
  {
    name: "web host killed",
    unnoticed: true,
    act: async (stack) => {
      await runInSandbox(stack.directory, ["sh", "-c", 'kill -KILL "$(cat /run/hosts/web-3)"']);
      return null;
    },
  },
  {
    name: "active balancer killed",
    limit: 0.5,
    act: async (stack, { balancers }) =>
      kill(stack, await untilOneBalancer(stack.directory, balancers), "balancer"),
  },
  {
    name: "active balancer's host cut off",
    limit: 0.5,
    act: async (stack, { balancers }) => cut(stack, await untilOneBalancer(stack.directory, balancers)),
  },
  {
    name: "database writer killed",
    limit: 2.5,
    act: async (stack) => kill(stack, await writerOf(stack.site), "mariadb"),
  },
  {
    name: "database writer cut off",
    limit: 2.5,
    act: async (stack) => cut(stack, await writerOf(stack.site)),
  },
  {
    name: "all databases killed at once",
    limit: 5,
    act: async (stack, { databases }) => {
      await Promise.all(databases.map((node) => stack.killService(node, "mariadb")));
      return null;
    },
  },
];

/** Visitors served before and after each kill. */
const served = 100;

async function suffer(stack: TestStack, topology: Topology, { act }: Harm): Promise<Availability> {
  const visiting = startVisiting(stack.site);
  await visiting.servedMore(served);
  const mend = await act(stack, topology);
  await visiting.servedMore(served);
  const found = await visiting.stop();
  await mend?.();
  return found;
}

/** Until the next kill meets a whole stack. */
async function untilWhole(stack: TestStack, { balancers, databases }: Topology): Promise<void> {
  await untilDatabaseWhole(stack.directory, databases);
  await untilOneBalancer(stack.directory, balancers);
}

const figure = (name: string, value: number, unit: string, target?: Target): Figure => ({
  name,
  value,
  unit,
  ...(unit === "s" ? {} : { digits: 0 }),
  ...(target === undefined ? {} : { target }),
});

function figuresOf({ name, limit, unnoticed }: Harm, found: Availability, lost: number): readonly Figure[] {
  const none: Target = { is: "at most", value: 0 };
  const gap: Target | undefined = limit === undefined ? undefined : { is: "below", value: limit };
  const failed = found.reads.failed.length + found.writes.failed.length;
  return [
    figure(`${name}: without a write`, found.writes.longestGap, "s", gap),
    figure(`${name}: without a read`, found.reads.longestGap, "s", limit === 0.5 ? gap : undefined),
    figure(
      `${name}: failed of ${found.reads.tried + found.writes.tried}`,
      failed,
      "requests",
      unnoticed === true ? none : undefined,
    ),
    figure(`${name}: acknowledged writes lost`, lost, "writes", none),
  ];
}

/** What failed requests were told, most frequent first. */
function reasons(name: string, { reads, writes }: Availability): readonly string[] {
  const counts = new Map<string, number>();
  for (const reason of [...reads.failed, ...writes.failed]) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const sorted = [...counts].sort(([, one], [, other]) => other - one).slice(0, 3);
  return sorted.length === 0
    ? []
    : [`${name}, failed requests: ${sorted.map(([reason, count]) => `${count} × ${reason}`).join("; ")}`];
}

/** Breaks the stack in every way, one after the other. `say` gets a line before each. */
export async function measureFailover(
  stack: TestStack,
  topology: Topology,
  say: (text: string) => void,
): Promise<Section> {
  const figures: Figure[] = [];
  const notes: string[] = [];
  for (const harm of harms) {
    say(harm.name);
    await untilWhole(stack, topology);
    const found = await suffer(stack, topology, harm);
    await untilWhole(stack, topology);
    const lost = await lostWrites(stack.site, found.ledger);
    figures.push(...figuresOf(harm, found, lost.length));
    notes.push(...reasons(harm.name, found));
  }
  return {
    title: "After each kind of kill (a write and a read every 20 ms, each on a connection of its own)",
    figures,
    notes: notes.length === 0 ? [] : ["", ...notes],
  };
}
