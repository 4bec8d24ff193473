/** The status of a stack on AWS, and a session on one of its servers. */
import { z } from "zod";
import { Problem } from "../problem.ts";
import { attach, runOrFail } from "../run.ts";
import { describeAlarms, describeDatabase, describeServers, findInstance, startSession } from "./commands.ts";
import { askAws, awsStack, instanceIn, requireAwsCli } from "./stack.ts";

const servers = z.array(
  z.object({
    group: z.string(),
    wanted: z.number(),
    instances: z.array(z.object({ id: z.string(), zone: z.string(), state: z.string(), health: z.string() })),
  }),
);
const database = z.object({
  status: z.string(),
  nodes: z.array(z.object({ name: z.string(), writer: z.boolean() })),
});

/** A stack on AWS as it is now. */
export interface AwsStatus {
  readonly stack: string;
  readonly servers: z.infer<typeof servers>;
  readonly database: z.infer<typeof database>;
  readonly alarms: readonly string[];
}

/** What is wrong, a line each. Pure. */
export function awsProblems({ servers: groups, database: engine, alarms }: AwsStatus): readonly string[] {
  const well = (group: AwsStatus["servers"][number]) =>
    group.instances.filter(({ state, health }) => state === "InService" && health === "Healthy").length;
  return [
    ...groups
      .filter((group) => well(group) < group.wanted)
      .map((group) => `${group.group}: ${well(group)} of ${group.wanted} instances serve`),
    ...(engine.status === "available" ? [] : [`the database is ${engine.status}`]),
    ...alarms.map((name) => `alarm ${name}`),
  ];
}

/** One screen. Pure. */
export function awsStatusText(status: AwsStatus): string {
  const problems = awsProblems(status);
  const instances = status.servers.flatMap(({ group, instances: all }) =>
    all.map(({ id, zone, state, health }) => `  ${group}  ${id}  ${zone}  ${state}  ${health}`),
  );
  const nodes = status.database.nodes.map(({ name, writer }) => `${name}${writer ? " (writer)" : ""}`);
  return [
    `Stack ${status.stack}`,
    ...instances,
    `  database  ${status.database.status}: ${nodes.join(", ")}`,
    `  alarms    ${status.alarms.join(", ") || "none"}`,
    "",
    problems.length === 0 ? "everything is well" : problems.map((line) => `- ${line}`).join("\n"),
    "",
  ].join("\n");
}

/** Prints how the stack is. @returns exit code 1 when something is wrong */
export async function awsStatus(name: string, json: boolean): Promise<number> {
  await requireAwsCli();
  const stack = await awsStack(name);
  const [groups, engine, alarms] = await Promise.all([
    askAws("servers", describeServers(stack), servers),
    askAws("database", describeDatabase(stack), database),
    askAws("alarms", describeAlarms(stack), z.array(z.string())),
  ]);
  const status = { stack: name, servers: groups, database: engine, alarms };
  const problems = awsProblems(status);
  process.stdout.write(
    json ? `${JSON.stringify({ ...status, problems }, null, 2)}\n` : awsStatusText(status),
  );
  return problems.length === 0 ? 0 : 1;
}

/** A session on a web server. @returns its exit code */
export async function awsShell(name: string, host: string, command: readonly string[]): Promise<number> {
  await requireAwsCli();
  const stack = await awsStack(name);
  if (!stack.webs.includes(host)) {
    throw new Problem(
      `there is no server ${host} in stack ${name}; there are ${stack.webs.join(", ")}. Balancer and database are AWS's own`,
    );
  }
  const instance = instanceIn(await runOrFail(host, findInstance(stack, host)), host);
  return attach(startSession(stack, instance, command));
}
