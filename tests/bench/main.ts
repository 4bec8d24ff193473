/** Measures everything that the project promises in figures, and prints it beside the targets. */
import { stdout } from "node:process";
import { Progress } from "../../tools/progress.ts";
import { fullTopology, type TestStack } from "../onebox/support/stack.ts";
import { measureAgents } from "./agents.ts";
import { makeBenchStack, startWatched } from "./benchStack.ts";
import { measureFailover } from "./failover.ts";
import { type Section, sectionLines, verdictLine } from "./figures.ts";
import { graphTable, measureGraph } from "./graph.ts";
import { measureMemory } from "./memory.ts";
import { chooseParts, type PartName } from "./parts.ts";
import { measurePreview } from "./preview.ts";
import { measureThroughput } from "./throughput.ts";
import { upSection } from "./up.ts";

const named = (role: string) => fullTopology.filter((server) => server.role === role).map(({ name }) => name);
const topology = {
  hosts: fullTopology.map(({ name }) => name),
  balancers: named("balancer"),
  webs: named("web"),
  databases: named("database"),
};

const progress = new Progress("Bench");

function show(section: Section): Section {
  stdout.write(`${sectionLines(section).join("\n")}\n\n`);
  return section;
}

/** The parts that need a stack, each by its name. */
const ofStack: Readonly<
  Record<Exclude<PartName, "graph" | "up">, (stack: TestStack) => Section | Promise<Section>>
> = {
  preview: measurePreview,
  throughput: (stack) => measureThroughput(stack, topology, (text) => progress.update(text)),
  memory: (stack) => measureMemory(stack, topology.hosts),
  agents: (stack) => measureAgents(stack, topology.hosts),
  failover: (stack) => measureFailover(stack, topology, (text) => progress.update(text)),
};

async function measureStack(chosen: readonly PartName[]): Promise<readonly Section[]> {
  const sections: Section[] = [];
  const stack = await makeBenchStack();
  try {
    progress.begin("starting the full topology");
    const start = upSection(await startWatched(stack));
    if (chosen.includes("up")) sections.push(show(start));
    for (const part of chosen) {
      if (part === "graph" || part === "up") continue;
      progress.begin(part);
      sections.push(show(await ofStack[part](stack)));
    }
  } finally {
    progress.begin("destroying the stack");
    await stack.destroy();
  }
  return sections;
}

function measureGraphs(): Section {
  progress.begin("graph");
  const notes = graphTable(measureGraph());
  return show({ title: "Building the graph of a stack on AWS, against mocks", figures: [], notes });
}

async function main(only: string | undefined): Promise<void> {
  const choice = chooseParts(only);
  if ("unknown" in choice) throw new Error(`no such part: ${choice.unknown.join(", ")}`);
  const { chosen } = choice;
  const graph = chosen.includes("graph") ? [measureGraphs()] : [];
  const rest = chosen.some((part) => part !== "graph") ? await measureStack(chosen) : [];
  stdout.write(`${verdictLine([...graph, ...rest])}\n`);
}

await main(process.argv[2]);
