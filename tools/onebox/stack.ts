/** What the commands know of a stack on this machine. */
import { z } from "zod";
import { findingsMessage } from "../../config/findings.ts";
import { requireJson } from "../../config/json.ts";
import { parseSettings } from "../../config/parse.ts";
import type { Checked } from "../../config/schema.ts";
import { stackFileName } from "../../config/stackFile.ts";
import { liveSandbox } from "../../provider/handles.ts";
import type { Running } from "../drills/hosts.ts";
import { projectRoot } from "../paths.ts";
import { Problem } from "../problem.ts";
import { pulumiEnvironment } from "../pulumi/environment.ts";
import { readOutputs } from "../pulumi/outputs.ts";
import { ensureStack } from "../pulumi/stack.ts";
import { noStackFile, stackNames, workingCopyOfStackFile } from "../pulumi/stackFile.ts";
import { runOrFail } from "../run.ts";
import { findCli } from "../setup/cli.ts";

/** A stack's settings, and how `pulumi` works on it. */
export interface StackSettings {
  readonly settings: Checked;
  /** Environment in which `pulumi` works on the stack. */
  readonly env: NodeJS.ProcessEnv;
}

/** A stack of this machine, whether it runs or not. */
export interface OneboxStack extends StackSettings {
  readonly name: string;
  /** The stack's folder, from the project's. */
  readonly directory: string;
}

type Role = Checked["servers"][number]["role"];

/** Names of a stack's servers of a role, in their order. */
export const namesOf = ({ settings }: Pick<OneboxStack, "settings">, role: Role): readonly string[] =>
  settings.servers.filter((server) => server.role === role).map(({ name }) => name);

const configSchema = z.record(z.string(), z.object({ value: z.string().optional() }).loose());

/** The texts of the project's keys in what `pulumi config --json` prints. Pure. */
export function configTexts(json: string): Readonly<Record<string, string>> {
  const prefix = "foobar:";
  return Object.fromEntries(
    Object.entries(
      requireJson(json, configSchema, "what `pulumi config` prints", "is its version the project's?"),
    )
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, { value }]) => [key.slice(prefix.length), value ?? ""]),
  );
}

/**
 * The settings of a stack, checked; secret ones too, never to be printed.
 * @throws Problem for a stack without a config file or whose settings have faults
 */
export async function stackSettings(name: string): Promise<StackSettings> {
  const file = await workingCopyOfStackFile(name);
  if (file === undefined) throw new Problem(noStackFile(name, await stackNames()));
  const env = await pulumiEnvironment(await findCli(), name);
  await ensureStack(name, env);
  const argv = ["pulumi", "-C", projectRoot, "config", "--json", "--show-secrets"];
  const text = await runOrFail(`config of stack ${name}`, [...argv, "--stack", name, "--config-file", file], {
    env,
  });
  const parsed = parseSettings(configTexts(text));
  if (parsed.ok) return { settings: parsed.settings, env };
  throw new Problem(
    findingsMessage(
      `The configuration of stack ${name} (${stackFileName(name)}) has problems:`,
      parsed.findings,
    ),
  );
}

/**
 * A stack of this machine with its settings.
 * @throws Problem for one that is on another cloud, has no config file or settings with faults
 */
export async function oneboxStack(name: string): Promise<OneboxStack> {
  const known = await stackSettings(name);
  const { cloud } = known.settings;
  if (cloud !== "onebox") throw new Problem(`stack ${name} is on ${cloud}, not on this machine`);
  return { name, directory: `.onebox/stacks/${name}`, ...known };
}

/**
 * The stack, for requests and for work inside its hosts.
 * @throws Problem when it does not run
 */
export async function running(stack: OneboxStack): Promise<Running> {
  if (liveSandbox(stack.directory) === null)
    throw new Problem(`stack ${stack.name} does not run; \`npm run up\` starts it`);
  const { caCertificate } = await readOutputs(stack.name, stack.env);
  if (caCertificate === undefined)
    throw new Problem(`stack ${stack.name} is not complete; run \`npm run up\` again`);
  const { domain, onebox } = stack.settings;
  return { directory: stack.directory, site: { name: domain, port: onebox.httpsPort, ca: caCertificate } };
}
