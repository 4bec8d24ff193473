/**
 * How long it takes to build the graph of a stack on AWS, and how much memory, for more and more servers: the whole
 * program against mocks, each size in a process of its own. Prints a table; fails when growth is not linear.
 */
import { spawnSync } from "node:child_process";
import { z } from "zod";
import { programStack } from "../support/program.ts";

/** Numbers of web servers. */
const sizes = [3, 30, 300] as const;

/** A server may cost this much more among the most than among fewer: above noise, far below quadratic (10). */
const tolerance = 2;

const measurement = z.object({
  servers: z.number(),
  resources: z.number(),
  seconds: z.number(),
  megabytes: z.number(),
});

export type Measurement = z.output<typeof measurement>;

const zones = ["a", "b", "c"];

const servers = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    name: `web-${index + 1}`,
    role: "web",
    zone: zones[index % zones.length],
  }));

async function measure(count: number): Promise<Measurement> {
  // Loads the program's modules and makes its archives, which is not the graph's affair.
  await programStack("staging", { servers: servers(1) });
  const started = performance.now();
  const { resources } = await programStack("staging", { servers: servers(count) });
  return {
    servers: count,
    resources: resources.length,
    seconds: (performance.now() - started) / 1000,
    megabytes: process.resourceUsage().maxRSS / 1024,
  };
}

function measureApart(count: number): Measurement {
  const { status, stdout, stderr } = spawnSync(process.execPath, [import.meta.filename, String(count)], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return measurement.parse(JSON.parse(stdout));
}

/** Milliseconds that each further server costs between two measurements. */
export function costPerServer(small: Measurement, large: Measurement): number {
  return ((large.seconds - small.seconds) * 1000) / (large.servers - small.servers);
}

/** Measures every size. */
export function measureGraph(): readonly Measurement[] {
  return sizes.map(measureApart);
}

/** The measurements as lines of text. */
export function graphTable(measured: readonly Measurement[]): readonly string[] {
  const row = (cells: readonly string[]) => cells.map((cell) => cell.padStart(12)).join("");
  return [
    row(["servers", "resources", "graph, s", "memory, MB", "ms a server"]),
    ...measured.map((each, index) => {
      const before = measured[index - 1];
      const cost = before === undefined ? "" : costPerServer(before, each).toFixed(1);
      return row([
        String(each.servers),
        String(each.resources),
        each.seconds.toFixed(2),
        each.megabytes.toFixed(0),
        cost,
      ]);
    }),
  ];
}

/** Whether the last server costs as much as those before it. */
export function isLinear(measured: readonly Measurement[]): boolean {
  const [small, middle, large] = measured;
  if (!small || !middle || !large) throw new Error("three sizes are needed to see how the cost grows");
  return costPerServer(middle, large) <= tolerance * costPerServer(small, middle);
}

if (process.argv[1] === import.meta.filename) {
  const only = process.argv[2];
  if (only !== undefined) {
    process.stdout.write(JSON.stringify(await measure(Number(only))));
  } else {
    const measured = measureGraph();
    process.stdout.write(`${graphTable(measured).join("\n")}\n`);
    const linear = isLinear(measured);
    process.stdout.write(linear ? "Growth is linear.\n" : "Growth is not linear.\n");
    process.exitCode = linear ? 0 : 1;
  }
}
