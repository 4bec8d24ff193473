/** Plain `pulumi` (tools/bin/pulumi): the project's CLI, which leaves the committed stack files without a salt. */
import { join } from "node:path";
import { takeSaltOut } from "./pulumi/stackFile.ts";
import { attach } from "./run.ts";
import { findCli } from "./setup/cli.ts";

await takeSaltOut();
try {
  process.exitCode = await attach([join(await findCli(), "pulumi"), ...process.argv.slice(2)]);
} finally {
  await takeSaltOut();
}
