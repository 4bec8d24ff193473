import { join } from "node:path";
import { ensureTestPackages } from "../packages/packages.ts";
import { pulumiHome } from "../paths.ts";
import { pulumiEnvironment } from "../pulumi/environment.ts";
import { ensureStack, prepareState, requireStack } from "../pulumi/stack.ts";
import { cloudOf, siteOf } from "../pulumi/stackFile.ts";
import { ensureUserland } from "../userland/tree.ts";
import { checkMachine } from "./checks.ts";
import { findCli } from "./cli.ts";
import { keepNoEngineLogs } from "./engineLogs.ts";
import { installPlugins } from "./plugins.ts";
import { installSitePackages } from "./sitePackages.ts";

/** What set-up leaves for the commands. */
export interface Ready {
  /** Folder with the Pulumi CLI. */
  readonly cli: string;
  /** Environment in which `pulumi` works on the stack. */
  readonly env: NodeJS.ProcessEnv;
}

/** What set-up is for. */
export interface Purpose {
  /** Name of the stack. */
  readonly stack: string;
  /** Whether the tests' packages are needed too; default: no. */
  readonly tests?: boolean;
  /** Whether a stack that was made once will do without its config file; default: no. */
  readonly stateWillDo?: boolean;
  /** What encrypts the secrets of a stack that is made now; default: the passphrase, or Pulumi Cloud. */
  readonly secretsProvider?: string | undefined;
}

/**
 * Sees to everything that the stack needs on this machine; each step says what it does and is skipped when it
 * is done already.
 * @throws Problem with everything that keeps the machine from running it, before anything is made
 */
export async function setUp(purpose: Purpose): Promise<Ready> {
  const { stack, tests = false, stateWillDo = false, secretsProvider } = purpose;
  await requireStack(stack, stateWillDo);
  const onebox = (await cloudOf(stack)) !== "aws";
  if (onebox) await checkMachine();
  await installSitePackages(await siteOf(stack));
  const cli = await findCli();
  const env = await pulumiEnvironment(cli, stack);
  await keepNoEngineLogs(pulumiHome);
  await prepareState(env);
  await installPlugins(join(cli, "pulumi"), env);
  if (onebox) await ensureUserland();
  if (tests) await ensureTestPackages();
  await ensureStack(stack, env, secretsProvider);
  return { cli, env };
}
