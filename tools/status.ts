import { awsStatus } from "./aws/status.ts";
import { type Command, serve } from "./command.ts";
import { orProblem } from "./database.ts";
import { oneboxStack, running } from "./onebox/stack.ts";
import { cloudOf } from "./pulumi/stackFile.ts";
import { statusOf } from "./status/collect.ts";
import { type Paint, problemsOf, statusText } from "./status/report.ts";

const codes = { bold: 1, red: 31, green: 32 } as const;

const paint: Paint = (text, colour) =>
  process.stdout.isTTY && process.env.NO_COLOR === undefined ? `\x1b[${codes[colour]}m${text}\x1b[0m` : text;

const command: Command = {
  name: "status",
  summary: "What runs where and how well it is; exit code 1 when something is wrong.",
  flags: { json: "as JSON, for programs" },
  main: async ({ stack, flags }) => {
    if ((await cloudOf(stack)) === "aws") return awsStatus(stack, flags.has("json"));
    const known = await oneboxStack(stack);
    const live = await running(known);
    const status = await orProblem(() => statusOf(known, live));
    const problems = problemsOf(status);
    process.stdout.write(
      flags.has("json") ? `${JSON.stringify({ ...status, problems }, null, 2)}\n` : statusText(status, paint),
    );
    return problems.length === 0 ? 0 : 1;
  },
};

await serve(command);
