/** Command lines of the `aws` CLI for a stack. Pure. */

/** Where a stack stands on AWS and what it is called there. */
export interface AwsStack {
  readonly name: string;
  readonly region: string;
  /** Names of the web servers. */
  readonly webs: readonly string[];
  readonly databaseKind: "cluster" | "instance" | "aurora";
}

/** Begins every name of the stack in the account. */
const prefixOf = ({ name }: AwsStack): string => `foobar-${name}`;

/** Name of a web server's Auto Scaling group. */
export const groupOf = (stack: AwsStack, web: string): string => `${prefixOf(stack)}-${web}`;

/** Identifier of the database. */
export const databaseOf = (stack: AwsStack): string => `${prefixOf(stack)}-database`;

const call = (
  { region }: AwsStack,
  service: string,
  operation: string,
  ...rest: readonly string[]
): readonly string[] => ["aws", service, operation, "--region", region, ...rest];

/** The id of a web server's instance that serves, as text. */
export const findInstance = (stack: AwsStack, web: string): readonly string[] =>
  call(
    stack,
    "autoscaling",
    "describe-auto-scaling-groups",
    ...["--auto-scaling-group-names", groupOf(stack, web)],
    ...["--query", "AutoScalingGroups[0].Instances[?LifecycleState=='InService'] | [0].InstanceId"],
    ...["--output", "text"],
  );

/** Every web server's instances: their id, zone, state and health. */
export const describeServers = (stack: AwsStack): readonly string[] =>
  call(
    stack,
    "autoscaling",
    "describe-auto-scaling-groups",
    ...["--auto-scaling-group-names", ...stack.webs.map((web) => groupOf(stack, web))],
    ...[
      "--query",
      "AutoScalingGroups[].{group: AutoScalingGroupName, wanted: DesiredCapacity, instances: Instances[].{id: InstanceId, zone: AvailabilityZone, state: LifecycleState, health: HealthStatus}}",
    ],
    ...["--output", "json"],
  );

/** The database: its state and, for a cluster, its nodes and which one writes. */
export const describeDatabase = (stack: AwsStack): readonly string[] =>
  stack.databaseKind === "instance"
    ? call(
        stack,
        "rds",
        "describe-db-instances",
        ...["--db-instance-identifier", databaseOf(stack)],
        ...[
          "--query",
          "DBInstances[0].{status: DBInstanceStatus, nodes: [{name: DBInstanceIdentifier, writer: `true`}]}",
        ],
        ...["--output", "json"],
      )
    : call(
        stack,
        "rds",
        "describe-db-clusters",
        ...["--db-cluster-identifier", databaseOf(stack)],
        ...[
          "--query",
          "DBClusters[0].{status: Status, nodes: DBClusterMembers[].{name: DBInstanceIdentifier, writer: IsClusterWriter}}",
        ],
        ...["--output", "json"],
      );

/** Names of the stack's alarms that are in alarm. */
export const describeAlarms = (stack: AwsStack): readonly string[] =>
  call(
    stack,
    "cloudwatch",
    "describe-alarms",
    ...["--alarm-name-prefix", `${prefixOf(stack)}-`, "--state-value", "ALARM"],
    ...["--query", "MetricAlarms[].AlarmName", "--output", "json"],
  );

/** A session on an instance; with a command, that command alone. */
export function startSession(
  stack: AwsStack,
  instance: string,
  command: readonly string[],
): readonly string[] {
  const run =
    command.length === 0
      ? []
      : [
          "--document-name",
          "AWS-StartInteractiveCommand",
          "--parameters",
          JSON.stringify({ command: [command.map(shellWord).join(" ")] }),
        ];
  return call(stack, "ssm", "start-session", "--target", instance, ...run);
}

const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** Ends an instance; its group starts another. */
export const terminateInstance = (stack: AwsStack, instance: string): readonly string[] =>
  call(stack, "ec2", "terminate-instances", "--instance-ids", instance);

/** Makes another node the database's writer. */
export const failOverDatabase = (stack: AwsStack): readonly string[] =>
  stack.databaseKind === "instance"
    ? call(
        stack,
        "rds",
        "reboot-db-instance",
        ...["--db-instance-identifier", databaseOf(stack), "--force-failover"],
      )
    : call(stack, "rds", "failover-db-cluster", "--db-cluster-identifier", databaseOf(stack));

/** Replaces a web server's instance, the new one healthy before the old one goes. */
export const refreshInstances = (stack: AwsStack, web: string): readonly string[] =>
  call(
    stack,
    "autoscaling",
    "start-instance-refresh",
    ...["--auto-scaling-group-name", groupOf(stack, web)],
    ...["--preferences", JSON.stringify({ MinHealthyPercentage: 100, MaxHealthyPercentage: 200 })],
  );
