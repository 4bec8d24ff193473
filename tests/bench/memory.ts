/** Memory by host. */
import type { TestStack } from "../onebox/support/stack.ts";
import { columns, type Section } from "./figures.ts";
import { processesOf, sum } from "./processes.ts";

/** Measures each host's processes, the largest services named. */
export function measureMemory(stack: TestStack, hosts: readonly string[]): Section {
  const processes = processesOf(stack, hosts);
  const rows = hosts.map((host) => {
    const own = processes.filter((each) => each.host === host);
    const services = [...new Set(own.flatMap(({ service }) => service ?? []))]
      .map((service) => ({
        service,
        megabytes: sum(
          own.filter((each) => each.service === service),
          "megabytes",
        ),
      }))
      .sort((one, other) => other.megabytes - one.megabytes)
      .slice(0, 4)
      .map(({ service, megabytes }) => `${service} ${megabytes.toFixed(0)}`);
    return { host, count: own.length, megabytes: sum(own, "megabytes"), services: services.join(", ") };
  });
  return {
    title: "Memory by host (proportional set size)",
    figures: [{ name: "all hosts", value: sum(processes, "megabytes"), unit: "MB", digits: 0 }],
    notes: [
      "",
      ...columns([
        ["host", "processes", "MB", "largest services, MB"],
        ...rows.map(({ host, count, megabytes, services }) => [
          host,
          String(count),
          megabytes.toFixed(0),
          services,
        ]),
      ]),
    ],
  };
}
