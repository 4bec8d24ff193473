import { createInterface } from "node:readline/promises";
import { awsDrill, awsDrills } from "./aws/drills.ts";
import { type Command, serve } from "./command.ts";
import { orProblem } from "./database.ts";
import { exitCode, reportText } from "./drills/drill.ts";
import { drills } from "./drills/list.ts";
import { watch } from "./drills/watch.ts";
import { namesOf, oneboxStack, running } from "./onebox/stack.ts";
import { Problem } from "./problem.ts";
import { Progress } from "./progress.ts";
import { operate } from "./pulumi/operate.ts";
import { cloudOf } from "./pulumi/stackFile.ts";

const width = Math.max(...drills.map(({ name }) => name.length));
const list = [
  "Drills of a stack on this machine:",
  ...drills.map(({ name, what }) => `  ${name.padEnd(width)}  ${what}`),
  "",
  "Of a stack on AWS, after you have typed its name:",
  ...Object.entries(awsDrills).map(([name, { what }]) => `  ${name.padEnd(width)}  ${what}`),
  "",
].join("\n");

/** Whether the user means it: they type the stack's name. @throws Problem without a terminal */
async function means(stack: string, what: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Problem(`${what}. Say so with --yes.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`${what}. Type the stack's name to go on: `)).trim() === stack;
  } finally {
    terminal.close();
  }
}

async function onThisMachine(stack: string, name: string): Promise<number> {
  const drill = drills.find((one) => one.name === name);
  if (!drill) throw new Problem(`there is no drill ${name}\n\n${list}`);
  const known = await oneboxStack(stack);
  const progress = new Progress(drill.name);
  const place = {
    stack: known,
    live: await running(known),
    balancers: namesOf(known, "balancer"),
    webs: namesOf(known, "web"),
    databases: namesOf(known, "database"),
    up: async (flags: readonly string[]) => (await operate("up", stack, flags)).code,
    say: (line: string) => progress.begin(line),
  };
  const lack = drill.needs?.(place);
  if (lack !== undefined) throw new Problem(`${drill.name} cannot be done on stack ${stack}: ${lack}`);
  progress.begin(`${drill.what}: ${drill.why}`);
  const outcome = await orProblem(() => watch(drill, place));
  process.stdout.write(reportText(drill, outcome));
  return exitCode(drill.promised, outcome);
}

const command: Command = {
  name: "drill",
  summary: `Breaks or changes something on purpose while visitors read and write, puts it back, and tells what they saw. Exit code 1 when a promise was broken.\n\n${list}`,
  argument: { name: "NAME", help: "the drill; without one they are listed" },
  flags: { yes: "do not ask (AWS)" },
  main: async ({ stack, argument: name, flags }) => {
    if (name === undefined) {
      process.stdout.write(list);
      return 0;
    }
    if ((await cloudOf(stack)) !== "aws") return onThisMachine(stack, name);
    return awsDrill(stack, name, (what) => (flags.has("yes") ? Promise.resolve(true) : means(stack, what)));
  },
};

await serve(command);
