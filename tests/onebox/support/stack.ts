/** A onebox stack of its own for a test: its config, its ports, its life through the real CLI. */
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { HostHandle } from "../../../provider/handles.ts";
import { liveSandbox } from "../../../provider/handles.ts";
import {
  inputs as clusterSchema,
  type GaleraClusterInputs,
  galeraCluster,
} from "../../../provider/kinds/galeraCluster.ts";
import { type Finished, type RunOptions, until } from "../../../provider/system.ts";
import { hostOf, inHost, signalService } from "../../../tools/drills/hosts.ts";
import type { Target } from "../../../tools/drills/http.ts";
import { node24, projectRoot, pulumiHome } from "../../../tools/paths.ts";
import { exportState, inputsOf } from "../../../tools/pulumi/deployment.ts";
import { pulumiVariables } from "../../../tools/pulumi/environment.ts";
import { stackFile } from "../../../tools/pulumi/stackFile.ts";
import { type RunResult, run } from "../../../tools/run.ts";
import { findCli } from "../../../tools/setup/cli.ts";

/** One server of a test's configuration. */
export interface TestServer {
  readonly name: string;
  readonly role: "balancer" | "web" | "database" | "monitor";
  readonly zone: "a" | "b" | "c";
}

/** The dev stack's own topology. */
export const fullTopology: readonly TestServer[] = [
  { name: "lb-1", role: "balancer", zone: "a" },
  { name: "lb-2", role: "balancer", zone: "b" },
  { name: "web-1", role: "web", zone: "a" },
  { name: "web-2", role: "web", zone: "b" },
  { name: "web-3", role: "web", zone: "c" },
  { name: "db-1", role: "database", zone: "a" },
  { name: "db-2", role: "database", zone: "b" },
  { name: "db-3", role: "database", zone: "c" },
  { name: "monitor", role: "monitor", zone: "a" },
];

/** The least that is a stack: one of each. */
export const smallTopology: readonly TestServer[] = [
  { name: "lb-1", role: "balancer", zone: "a" },
  { name: "web-1", role: "web", zone: "a" },
  { name: "db-1", role: "database", zone: "a" },
  { name: "monitor", role: "monitor", zone: "a" },
];

/** Configuration of a test's stack: keys without `foobar:`, structures as they are. */
export type Config = Readonly<Record<string, unknown>>;

const outputs = z.object({
  endpoint: z.string(),
  dashboards: z.record(z.string(), z.string()),
  servers: z.record(z.string(), z.string()),
  database: z.object({ nodes: z.array(z.string()) }).loose(),
  firewallMatrix: z.array(z.object({ from: z.string(), to: z.string(), port: z.string(), why: z.string() })),
  tlsHops: z.array(z.object({ encrypted: z.boolean(), authenticated: z.boolean() }).loose()),
  caCertificate: z.string(),
});
export type Outputs = z.infer<typeof outputs>;

/** A command of the project that runs. */
export interface Command {
  readonly ended: Promise<RunResult>;
  /** Ctrl-C. */
  readonly interrupt: () => void;
  /** Waits until its messages match. @returns the match */
  readonly says: (pattern: RegExp) => Promise<readonly string[]>;
}

const agentService = z.object({ host: z.object({ name: z.string() }), name: z.string() });
const agentState = z.object({
  deployment: z.object({ resources: z.array(z.object({ urn: z.string(), inputs: z.unknown().optional() })) }),
});

const isFree = (port: number) =>
  new Promise<boolean>((done) => {
    const server = createServer();
    server.once("error", () => done(false));
    server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });

/** So many loopback ports that nobody uses now, below those that the kernel gives to outgoing connections. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

/** What the CLI says went wrong, without its progress and outputs. */
function diagnosticsIn(text: string): string {
  const from = text.indexOf("Diagnostics:");
  const to = text.indexOf("Outputs:", from);
  return from < 0 ? text : text.slice(from, to < 0 ? undefined : to);
}

/** A stack under test. */
export class TestStack {
  readonly name: string;
  readonly domain = "www.foobar.com";
  private readonly folder: string;
  private readonly env: NodeJS.ProcessEnv;
  private config: Config;
  private known: Outputs | null = null;

  private constructor(name: string, folder: string, env: NodeJS.ProcessEnv, config: Config) {
    this.name = name;
    this.folder = folder;
    this.env = env;
    this.config = config;
  }

  /** A stack with state, passphrase, config and ports of its own; nothing of it runs yet. */
  static async make(name: string, config: Config): Promise<TestStack> {
    const folder = mkdtempSync(join(tmpdir(), `foobar-${name}-`));
    const [httpsPort, httpPort, dashboardPort] = await freePorts(3);
    mkdirSync(join(folder, "state"));
    const variables = pulumiVariables(await findCli(), { kind: "project" }, "onebox", process.env);
    const env = {
      ...process.env,
      ...variables,
      PULUMI_HOME: pulumiHome,
      PULUMI_BACKEND_URL: `file://${folder}/state?metadata=skip`,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase of a test",
    };
    const stack = new TestStack(name, folder, env, {
      cloud: "onebox",
      onebox: { httpsPort, httpPort, dashboardPort },
      ...config,
    });
    writeFileSync(join(folder, "Pulumi.yaml"), "name: foobar\nruntime: nodejs\n");
    await stack.must(["pulumi", "-C", folder, "stack", "init", name, "--no-select"]);
    stack.writeConfig();
    return stack;
  }

  /** Loopback ports. */
  get ports() {
    return z
      .object({ httpsPort: z.number(), httpPort: z.number(), dashboardPort: z.number() })
      .parse(this.config.onebox);
  }

  /** The stack's folder, from the project's. */
  get directory(): string {
    return `.onebox/stacks/${this.name}`;
  }

  /** Changes keys of the configuration for the next operation. */
  configure(changes: Config): void {
    this.config = { ...this.config, ...changes };
    this.writeConfig();
  }

  private writeConfig(): void {
    // JSON is YAML; Pulumi adds the passphrase's salt to this file, which is the test's own.
    const config = Object.fromEntries(
      Object.entries(this.config).map(([key, value]) => [`foobar:${key}`, value]),
    );
    writeFileSync(join(this.folder, `Pulumi.${this.name}.yaml`), JSON.stringify({ config }, null, 2));
  }

  /** Runs an operation of the CLI on the stack; its exit code tells. */
  pulumi(operation: string, ...flags: readonly string[]): Promise<RunResult> {
    return run(this.argv(operation, ...flags), { env: this.env });
  }

  private argv(operation: string, ...flags: readonly string[]): string[] {
    const config = ["--config-file", join(this.folder, `Pulumi.${this.name}.yaml`)];
    const stack = ["--stack", this.name, ...config, "--non-interactive"];
    return ["pulumi", "-C", projectRoot, operation, ...stack, ...flags];
  }

  private async must(argv: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await run(argv, { env: this.env });
    if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}:\n${stdout}\n${stderr}`);
    return stdout;
  }

  private async operate(
    operation: string,
    flags: readonly string[] = [],
    onLine?: (line: string) => void,
  ): Promise<string> {
    const argv = this.argv(operation, "--yes", "--skip-preview", ...flags);
    const { code, stdout, stderr } = await run(argv, {
      env: this.env,
      ...(onLine === undefined ? {} : { onLine }),
    });
    if (code !== 0)
      throw new Error(`pulumi ${operation} ended with ${code}:\n${diagnosticsIn(stdout)}\n${stderr}`);
    return stdout;
  }

  /** `pulumi up`; `onLine` gets each line that it prints as it comes. */
  async up(onLine?: (line: string) => void): Promise<Outputs> {
    await this.operate("up", [], onLine);
    const text = await this.must([
      "pulumi",
      "-C",
      projectRoot,
      "stack",
      "output",
      "--json",
      "--show-secrets",
      "--stack",
      this.name,
    ]);
    this.known = outputs.parse(JSON.parse(text));
    return this.known;
  }

  /**
   * Starts one of the project's commands on the stack, as a user would: the command finds the stack's config where the
   * project has it, and the state where the test has it.
   */
  command(name: string, ...args: readonly string[]): Command {
    return this.commandWith({}, name, ...args);
  }

  /** Starts one of the project's commands with further variables. */
  commandWith(variables: NodeJS.ProcessEnv, name: string, ...args: readonly string[]): Command {
    const file = stackFile(this.name);
    copyFileSync(join(this.folder, `Pulumi.${this.name}.yaml`), file);
    const argv = [join(projectRoot, "tools", `${name}.ts`), ...args, "--stack", this.name];
    const child = spawn(node24, argv, {
      env: { ...this.env, ...variables },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        said[stream] += text;
      });
    const ended = once(child, "close").then(() => {
      rmSync(file, { force: true });
      return { code: child.exitCode ?? -1, ...said };
    });
    return {
      ended,
      interrupt: () => {
        child.kill("SIGINT");
      },
      says: async (pattern) => {
        await until(`${name} saying ${pattern}`, 120_000, () => {
          if (child.exitCode !== null) throw new Error(`it ended before: ${said.stdout}${said.stderr}`);
          return pattern.test(said.stderr) ? null : said.stderr;
        });
        return pattern.exec(said.stderr) ?? [];
      },
    };
  }

  /** `pulumi refresh`. @returns what it printed */
  refresh(): Promise<string> {
    return this.operate("refresh");
  }

  /** `pulumi destroy`, then forgets the stack. */
  async destroy(): Promise<void> {
    await this.operate("destroy");
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The outputs of the last `up`. */
  get outputs(): Outputs {
    if (this.known === null) throw new Error("the stack is not up");
    return this.known;
  }

  /** The database, as the state describes it. */
  async database(): Promise<GaleraClusterInputs> {
    const state = await exportState(this.name, this.env);
    return clusterSchema.parse(inputsOf(state, galeraCluster.type));
  }

  /** The application's password, from the file of a web host that it reads. */
  sitePassword(web: string): string {
    const file = join(projectRoot, this.directory, "hosts", web, "etc/site/database.json");
    return z.object({ password: z.string().min(16) }).parse(JSON.parse(readFileSync(file, "utf8"))).password;
  }

  /** Host → its services that belong to the monitoring agent. */
  async agentServices(): Promise<ReadonlyMap<string, readonly string[]>> {
    const { deployment } = agentState.parse(JSON.parse(await exportState(this.name, this.env)));
    const services = deployment.resources.flatMap(({ urn, inputs }) => {
      const service = agentService.safeParse(inputs);
      return service.success && urn.includes("MonitoringAgent$onebox:index:Service::") ? [service.data] : [];
    });
    return new Map(
      services.map(({ host }) => [
        host.name,
        services.filter((each) => each.host.name === host.name).map(({ name }) => name),
      ]),
    );
  }

  /** The state as the backend holds it: text. */
  stateText(): string {
    return readFileSync(join(this.folder, "state/.pulumi/stacks/foobar", `${this.name}.json`), "utf8");
  }

  /** The site, for requests. */
  get site(): Target {
    return { name: this.domain, port: this.ports.httpsPort, ca: this.outputs.caCertificate };
  }

  /** The dashboards, for requests. */
  get dashboards(): Target {
    return { name: "localhost", port: this.ports.dashboardPort, ca: this.outputs.caCertificate };
  }

  /** The sandbox's first process. */
  get sandboxPid(): number {
    const live = liveSandbox(this.directory);
    if (live === null) throw new Error("the sandbox does not run");
    return live.pid;
  }

  /** A host of it. */
  host(name: string): HostHandle {
    return hostOf(this.directory, name);
  }

  /** Runs a shell script inside a host. */
  inHost(name: string, script: string, options?: RunOptions): Promise<Finished> {
    return inHost(this.directory, name, script, options);
  }

  /** Sends SIGKILL to the supervised process of a service, by its id. */
  killService(host: string, service: string): Promise<void> {
    return signalService(this.directory, host, service, "KILL");
  }
}
