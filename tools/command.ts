import { parseArgs } from "node:util";
import { messageFor, Problem } from "./problem.ts";

/** What every npm script of the project may be told. */
export interface CommandLine {
  /** Stack to work on; default dev. */
  readonly stack: string;
  /** Values of the command's own options, by name. */
  readonly values: Readonly<Record<string, string | undefined>>;
  /** Names of the command's own flags that were given. */
  readonly flags: ReadonlySet<string>;
  /** What was given without an option, by a command that takes such. */
  readonly argument?: string;
  /** Everything after a `--` of its own, by a command that takes such; else absent. */
  readonly rest?: readonly string[];
}

/** One npm script. */
export interface Command {
  /** Name of the npm script. */
  readonly name: string;
  /** One sentence for `--help`. */
  readonly summary: string;
  /** What is worked on without --stack, for the help; null where no stack is worked on. Default: dev. */
  readonly stack?: string | null;
  /** Own options besides --stack and --help: name → its line of help; each takes a value. */
  readonly options?: Readonly<Record<string, string>>;
  /** Own flags, which take no value: name → its line of help. */
  readonly flags?: Readonly<Record<string, string>>;
  /** The one argument that may be given without an option: its name and its line of help. */
  readonly argument?: { readonly name: string; readonly help: string };
  /** What may follow a `--` of its own: its name and its line of help. */
  readonly rest?: { readonly name: string; readonly help: string };
  /** Does the work. @returns the exit code */
  readonly main: (line: CommandLine) => Promise<number>;
}

/** Names that Pulumi allows for stacks; `organization/project/stack` is left to Pulumi itself. */
const stackName = /^[A-Za-z0-9_.-]{1,100}$/;

/** Text of `--help`. */
export function helpText(command: Command): string {
  const { argument, rest } = command;
  const options = {
    ...(command.stack === null
      ? {}
      : { "stack NAME": `stack to work on (default: ${command.stack ?? "dev"})` }),
    ...Object.fromEntries(
      Object.entries(command.options ?? {}).map(([name, help]) => [`${name} VALUE`, help]),
    ),
    ...command.flags,
    help: "this text",
  };
  const lines = [
    ...(argument ? [`  ${argument.name.padEnd(18)} ${argument.help}`] : []),
    ...Object.entries(options).map(([name, help]) => `  --${name.padEnd(16)} ${help}`),
    ...(rest ? [`  ${`-- ${rest.name}`.padEnd(18)} ${rest.help}`] : []),
  ];
  return [
    `npm run ${command.name} -- ${argument ? `[${argument.name}] ` : ""}[options]${rest ? ` [-- ${rest.name}]` : ""}`,
    "",
    command.summary,
    "",
    ...lines,
    "",
  ].join("\n");
}

/**
 * Reads the arguments of a command.
 * @returns "help" when help was asked for
 * @throws Problem that lists every wrong argument
 */
export function parseCommandLine(command: Command, argv: readonly string[]): CommandLine | "help" {
  const names = [...(command.stack === null ? [] : ["stack"]), ...Object.keys(command.options ?? {})];
  const flagNames = Object.keys(command.flags ?? {});
  const { tokens } = parseArgs({
    args: [...argv],
    options: {
      help: { type: "boolean", short: "h" },
      ...Object.fromEntries(names.map((name) => [name, { type: "string" } as const])),
      ...Object.fromEntries(flagNames.map((name) => [name, { type: "boolean" } as const])),
    },
    strict: false,
    tokens: true,
  });
  const findings: string[] = [];
  const values: Record<string, string | undefined> = {};
  const flags = new Set<string>();
  const rest: string[] = [];
  let argument: string | undefined;
  const end = command.rest && tokens.find(({ kind }) => kind === "option-terminator")?.index;
  for (const token of tokens) {
    if (token.kind === "positional" && end !== undefined && token.index > end) rest.push(token.value);
    else if (token.kind === "positional" && command.argument && argument === undefined)
      argument = token.value;
    else if (token.kind === "positional") findings.push(`unexpected argument "${token.value}"`);
    if (token.kind !== "option") continue;
    if (token.name === "help" || token.rawName === "-h") return "help";
    if (flagNames.includes(token.name)) {
      if (token.value !== undefined) findings.push(`--${token.name} takes no value`);
      flags.add(token.name);
    } else if (!names.includes(token.name)) findings.push(`unknown option ${token.rawName}`);
    else if (!token.value || token.value.startsWith("-")) findings.push(`--${token.name} needs a value`);
    else values[token.name] = token.value;
  }
  const stack = values.stack ?? "dev";
  if (!stackName.test(stack)) findings.push(`--stack "${stack}": letters, digits, "_", "." and "-" only`);
  if (findings.length > 0) {
    throw new Problem(`npm run ${command.name}: ${findings.join("; ")}\n\n${helpText(command)}`);
  }
  return {
    stack,
    values,
    flags,
    ...(argument === undefined ? {} : { argument }),
    ...(command.rest ? { rest } : {}),
  };
}

/** Runs a command with the arguments of this process and sets the exit code. */
export async function serve(command: Command): Promise<void> {
  try {
    const line = parseCommandLine(command, process.argv.slice(2));
    if (line === "help") process.stdout.write(helpText(command));
    else process.exitCode = await command.main(line);
  } catch (error) {
    const message = messageFor(error);
    if (message === undefined) throw error;
    process.stderr.write(`${message.trimEnd()}\n`);
    process.exitCode = 1;
  }
}
