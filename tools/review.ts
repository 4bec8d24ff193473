import { type Command, serve } from "./command.ts";
import { writeWhole } from "./files.ts";
import { pulumiCommand } from "./pulumi/pulumiCommand.ts";
import { requireStack } from "./pulumi/stack.ts";
import { workingCopyOfStackFile } from "./pulumi/stackFile.ts";
import { hasAwsAccess } from "./review/access.ts";
import { commentOf, dangers } from "./review/comment.ts";
import { mockedPreview } from "./review/mockedPreview.ts";
import { type Preview, readPreview } from "./review/preview.ts";
import { run } from "./run.ts";
import { setUp } from "./setup/setUp.ts";

/** Those on AWS that are previewed when none is named. */
const usual = ["staging", "prod"];

async function realPreview(stack: string): Promise<Preview> {
  const { env } = await setUp({ stack });
  const flags = ["--json", "--non-interactive", "--policy-pack", "policy"];
  const { code, stdout, stderr } = await run(
    pulumiCommand("preview", stack, await workingCopyOfStackFile(stack), flags),
    { env: { ...env, PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" } },
  );
  const preview = readPreview(stack, stdout);
  const silent =
    code !== 0 && preview.errors.length === 0 && preview.findings.every(({ kind }) => kind === "note");
  return silent
    ? { ...preview, errors: [stderr.trim() || `pulumi preview ended with code ${code}`] }
    : preview;
}

const command: Command = {
  name: "preview:pr",
  summary: `Previews a stack, or ${usual.join(" and ")}, with the policy pack, and prints what a pull request's comment says.`,
  stack: usual.join(" and "),
  options: { markdown: "file that the comment is written to, besides standard output" },
  flags: { mock: "run the program against mocks, even where AWS can be reached" },
  main: async ({ values, flags }) => {
    const stacks = values.stack === undefined ? usual : [values.stack];
    for (const stack of stacks) await requireStack(stack, false);
    const mocked = flags.has("mock") || !(await hasAwsAccess(process.env));
    if (mocked && !flags.has("mock")) {
      process.stderr.write("No credentials of AWS here: the program runs against mocks.\n");
    }
    const previews: Preview[] = [];
    for (const stack of stacks) {
      process.stderr.write(`${stack}: preview\n`);
      previews.push(await (mocked ? mockedPreview(stack) : realPreview(stack)));
    }
    const comment = commentOf(previews);
    process.stdout.write(comment);
    if (values.markdown !== undefined) await writeWhole(values.markdown, comment, 0o644);
    for (const preview of previews) {
      for (const { name, change } of dangers(preview)) {
        process.stderr.write(`${preview.stack}: ${change} of ${name}, which holds data\n`);
      }
    }
    const failed = previews.some(
      ({ errors, findings }) => errors.length > 0 || findings.some(({ kind }) => kind === "violation"),
    );
    return failed ? 1 : 0;
  },
};

await serve(command);
