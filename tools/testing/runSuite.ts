import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { jsonOf } from "../../config/json.ts";
import { exists, textOf } from "../files.ts";
import { node24, nodeBinFolder, projectRoot } from "../paths.ts";
import { attach } from "../run.ts";
import { type Counts, mochaCommand, type Suite } from "./suites.ts";

const countsSchema = z.object({
  passed: z.int().min(0),
  failed: z.int().min(0),
  pending: z.int().min(0),
});

function withNode([program = "", ...args]: readonly string[]): readonly string[] {
  return [node24, join(nodeBinFolder, program), ...args];
}

async function runMocha(folder: string, env: NodeJS.ProcessEnv, grep: string | undefined): Promise<Counts> {
  const scratch = await mkdtemp(join(tmpdir(), "foobar-test-"));
  try {
    const file = join(scratch, "counts.json");
    const code = await attach(withNode(mochaCommand(folder, file, grep)), { cwd: projectRoot, env });
    const counts = jsonOf(await textOf(file), countsSchema);
    // No counts: the files could not be loaded. A code without a failure: something broke outside of a test.
    if (counts === undefined) return { passed: 0, failed: 1, pending: 0 };
    return counts.failed === 0 && code !== 0 ? { ...counts, failed: 1 } : counts;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * Runs a part of `npm test` on the caller's terminal.
 * @param env environment in which `pulumi` works on this project
 * @param grep only tests whose name matches; checks of the source are left out then
 * @returns undefined when the part has no tests
 */
export async function runSuite(
  suite: Suite,
  env: NodeJS.ProcessEnv,
  grep: string | undefined,
): Promise<Counts | undefined> {
  if (suite.check !== undefined) {
    if (grep !== undefined) return undefined;
    // The TypeScript compiler and Biome are started by scripts of Node.
    const code = await attach(withNode(suite.check), { cwd: projectRoot, env });
    return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, pending: 0 };
  }
  if (suite.folder === undefined || !(await exists(join(projectRoot, suite.folder)))) return undefined;
  return runMocha(suite.folder, env, grep);
}
