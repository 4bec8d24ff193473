/** A stack of the project in a state of its own, driven by the Pulumi CLI. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { root } from "../../support/mockedStack.ts";
import type { Aws } from "./plugin.ts";

const stackFile = z.object({ config: z.record(z.string(), z.unknown()) });
const stackState = z.object({ deployment: z.object({ resources: z.array(z.object({ urn: z.string() })) }) });
const summary = z.record(z.string(), z.number());

/** What came of a command of the CLI. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

type Changes = Readonly<Record<string, Readonly<Record<string, unknown>> | string>>;

function merged(before: unknown, change: Changes[string]): unknown {
  return typeof change === "string" ? change : Object.assign({}, before, change);
}

export class AwsStack {
  readonly name: string;
  private readonly folder: string;
  private readonly env: NodeJS.ProcessEnv;
  private readonly salt: string;

  private constructor(name: string, folder: string, env: NodeJS.ProcessEnv, salt: string) {
    this.name = name;
    this.folder = folder;
    this.env = env;
    this.salt = salt;
  }

  /** A new, empty stack with the committed configuration. */
  static async create(name: string, aws: Aws): Promise<AwsStack> {
    const folder = await mkdtemp(join(tmpdir(), "aws-stack-"));
    await mkdir(join(folder, "state"));
    const env = {
      ...aws.env,
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "of a test",
      PULUMI_CONFIG_PASSPHRASE_FILE: "",
    };
    // In a folder of its own: the CLI writes the passphrase's salt beside the project it finds.
    await writeFile(join(folder, "Pulumi.yaml"), "name: foobar\nruntime: nodejs\n");
    const made = await run(["stack", "init", name], folder, env);
    if (made.code !== 0) throw new Error(made.output);
    const written = await readFile(join(folder, `Pulumi.${name}.yaml`), "utf8").catch(() => "");
    const { encryptionsalt = "" } = z
      .object({ encryptionsalt: z.string().optional() })
      .parse(parse(written) ?? {});
    const stack = new AwsStack(name, folder, env, encryptionsalt);
    await stack.configure({});
    return stack;
  }

  private get configFile(): string {
    return join(this.folder, `config-${this.name}.yaml`);
  }

  /** The committed configuration with some keys changed (structures merged one level deep). */
  async configure(changes: Changes): Promise<void> {
    const committed = await readFile(join(root, `Pulumi.${this.name}.yaml`), "utf8");
    const { config } = stackFile.parse(parse(committed));
    for (const [key, change] of Object.entries(changes)) {
      config[`foobar:${key}`] = merged(config[`foobar:${key}`], change);
    }
    const salt = this.salt === "" ? {} : { encryptionsalt: this.salt };
    await writeFile(this.configFile, stringify({ ...salt, config }));
  }

  /** Runs a command of the CLI on the stack. */
  pulumi(...words: readonly string[]): Promise<Outcome> {
    const options = ["--stack", this.name, "--config-file", this.configFile, "--non-interactive"];
    return run([...words, ...options], root, this.env);
  }

  /** Outputs of the stack. */
  async outputs(): Promise<Readonly<Record<string, unknown>>> {
    const { code, output } = await run(["stack", "output", "--json", "--stack", this.name], root, this.env);
    if (code !== 0) throw new Error(output);
    return z.record(z.string(), z.unknown()).parse(JSON.parse(output.slice(output.indexOf("{"))));
  }

  /** Names of what the stack's state holds. */
  async resources(): Promise<readonly string[]> {
    const { code, output } = await run(["stack", "export", "--stack", this.name], root, this.env);
    if (code !== 0) throw new Error(output);
    return stackState
      .parse(JSON.parse(output.slice(output.indexOf("{"))))
      .deployment.resources.map(({ urn }) => urn);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** What a command says that it did or would do: `create` → how many. */
export function changesIn(output: string): Readonly<Record<string, number>> {
  const lines = output.slice(output.lastIndexOf("Resources:")).split("\n");
  const counted = lines.flatMap((line) => {
    const match =
      // `+-1 replaced` has no space.
      /^\s+(?:[+~-]+\s*)?(\d+) (?:to )?(created?|updated?|deleted?|replaced?|unchanged|errored)/.exec(line);
    return match?.[1] && match[2] ? [[match[2].replace(/d$/, ""), Number(match[1])] as const] : [];
  });
  return summary.parse(Object.fromEntries(counted));
}

function run(words: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", [...words, "--color", "never"], {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += String(chunk)));
    child.stderr.on("data", (chunk) => (output += String(chunk)));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
