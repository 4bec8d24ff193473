/** What monitoring costs each host: memory, and share of one core. */
import { setTimeout as wait } from "node:timers/promises";
import type { TestStack } from "../onebox/support/stack.ts";
import { columns, type Section } from "./figures.ts";
import { type HostProcess, processesOf, sum } from "./processes.ts";

/** Seconds over which the agents are watched: four scrapes at 15 s. */
const window = 60;

/** Measures the services that belong to a host's agent. */
export async function measureAgents(stack: TestStack, hosts: readonly string[]): Promise<Section> {
  const agents = await stack.agentServices();
  const ofAgents = () =>
    processesOf(stack, hosts).filter(
      ({ host, service }) => service !== null && agents.get(host)?.includes(service),
    );
  const before = new Map(ofAgents().map((process) => [process.pid, process] as const));
  await wait(window * 1000);
  const after = ofAgents();
  const spent = (processes: readonly HostProcess[]) =>
    processes.reduce((all, { pid, cpuSeconds }) => all + cpuSeconds - (before.get(pid)?.cpuSeconds ?? 0), 0);
  const rows = hosts.map((host) => {
    const own = after.filter((each) => each.host === host);
    return { host, percent: (100 * spent(own)) / window, megabytes: sum(own, "megabytes") };
  });
  return {
    title: `Cost of the monitoring agents (scraped every 15 s, watched for ${window} s)`,
    figures: [
      {
        name: "dearest host, processor",
        value: Math.max(...rows.map(({ percent }) => percent)),
        unit: "% of a core",
        target: { is: "below", value: 3 },
      },
      {
        name: "dearest host, memory",
        value: Math.max(...rows.map(({ megabytes }) => megabytes)),
        unit: "MB",
        digits: 0,
        target: { is: "below", value: 60 },
      },
    ],
    notes: [
      "",
      ...columns([
        ["host", "% of a core", "MB", "services"],
        ...rows.map(({ host, percent, megabytes }) => [
          host,
          percent.toFixed(2),
          megabytes.toFixed(0),
          (agents.get(host) ?? []).join(", "),
        ]),
      ]),
    ],
  };
}
