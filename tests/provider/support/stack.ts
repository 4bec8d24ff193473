/** A small stack made by the kinds themselves: sandbox, bridge, hosts, and a web server of a few lines. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { runInHost } from "../../../provider/enter.ts";
import { type HostHandle, liveSandbox, type SandboxHandle } from "../../../provider/handles.ts";
import { bridge } from "../../../provider/kinds/bridge.ts";
import { type FileTreeInputs, fileTree } from "../../../provider/kinds/fileTree.ts";
import { type HostInputs, host } from "../../../provider/kinds/host.ts";
import { type SandboxInputs, sandbox } from "../../../provider/kinds/sandbox.ts";
import { type ServiceInputs, service } from "../../../provider/kinds/service.ts";
import { run, until } from "../../../provider/system.ts";

/** Where set-up puts the root of the hosts. */
const userland = ".cache/userland/current";

/** Inputs of a sandbox in a folder. */
export function sandboxIn(directory: string, ports: readonly number[] = []): SandboxInputs {
  return {
    directory,
    userland,
    listeners: ports.map((port, index) => ({ address: "127.0.0.1", port, setting: `foobar:port${index}` })),
  };
}

/** Node inside a host. */
export const node = "/run/node/bin/node";

/** Answers with the word in its file, its process id and its user id; reads the file anew on HUP. */
const serverProgram = `
const { readFileSync } = require("node:fs");
const read = () => readFileSync("/run/host/etc/word", "utf8");
let word = read();
process.on("SIGHUP", () => { word = read(); });
require("node:http").createServer((request, response) => {
  response.end(JSON.stringify({ word, pid: process.pid, uid: process.getuid() }));
}).listen(80);
`;

const answer = z.object({ word: z.string(), pid: z.int(), uid: z.int() });
export type Answer = z.infer<typeof answer>;

/** Prints the answer of an address and ends with 0, or ends with 1: refused, or no answer within a second. */
const askProgram = `
const call = require("node:http").get(process.argv[1], { timeout: 1000 }, (response) => response.pipe(process.stdout));
call.on("timeout", () => call.destroy(new Error("no answer")));
call.on("error", (error) => { console.error(error.message); process.exitCode = 1; });
`;

/** What the server said; null when nobody did, or somebody else. */
function parse({ code, stdout }: { readonly code: number; readonly stdout: string }): Answer | null {
  if (code !== 0 || !stdout.startsWith("{")) return null;
  return answer.parse(JSON.parse(stdout));
}

/** Asks from inside a host; null when nobody answers. */
export async function ask(from: HostHandle, address: string): Promise<Answer | null> {
  return parse(await runInHost(from, [node, "-e", askProgram, `http://${address}/`], { accept: "any" }));
}

/** Asks from this machine; null when nobody answers. */
export async function askFromOutside(address: string): Promise<Answer | null> {
  return parse(await run([process.execPath, "-e", askProgram, `http://${address}/`], { accept: "any" }));
}

/** Asks until somebody answers as expected. */
export async function untilAnswer(
  from: HostHandle,
  address: string,
  expected: (answer: Answer) => boolean = () => true,
): Promise<Answer> {
  const found: Answer[] = [];
  await until(`an answer of ${address}`, 15_000, async () => {
    const given = await ask(from, address);
    if (given === null || !expected(given)) return given === null ? "nobody answers" : JSON.stringify(given);
    found.push(given);
    return null;
  });
  const [given] = found;
  if (!given) throw new Error("unreachable: the condition holds only with an answer");
  return given;
}

/** A loopback port that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Processes of this machine that belong to a stack: their command line names its folder, or they see it mounted. */
export function processesOf(directory: string): readonly number[] {
  const textOf = (path: string) => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      // It has ended since, or belongs to somebody else.
      return "";
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) =>
      ["cmdline", "mountinfo"].some((file) => textOf(`/proc/${pid}/${file}`).includes(directory)),
    )
    .map(Number);
}

/** Waits until nothing of the stack runs: the kernel takes a moment to end mounts after their last process. */
export function untilNothingRuns(directory: string): Promise<void> {
  return until(`the end of everything in ${directory}`, 5000, () => {
    const left = processesOf(directory);
    return left.length === 0 ? null : `processes ${left.join(", ")}`;
  });
}

/** Every resource of a stack in order, by the kinds; each step may be repeated. */
export class Stack {
  private readonly base = mkdtempSync(join(tmpdir(), "foobar-provider-"));
  /** As in the project, with room beside the stacks for what outlives them. */
  readonly directory = join(this.base, "stacks/test");
  readonly sandbox: SandboxInputs;

  constructor(ports: readonly number[] = []) {
    this.sandbox = sandboxIn(this.directory, ports);
  }

  /** The running sandbox. */
  get handle(): SandboxHandle {
    return { directory: this.directory, incarnation: liveSandbox(this.directory)?.incarnation ?? "" };
  }

  /** The sandbox and its bridge. */
  async start(): Promise<void> {
    await sandbox.ensure(this.sandbox, null);
    await bridge.ensure({ sandbox: this.handle, name: "stack" }, null);
  }

  /** Inputs of host `web-N`, whose address is 10.99.0.N. */
  host(number: number): HostInputs {
    return {
      sandbox: this.handle,
      bridge: "stack",
      name: `web-${number}`,
      number,
      address: `${this.address(number)}/24`,
      passed: [],
      names: {},
      keepListeners: false,
    };
  }

  /** Address of host `web-N`. */
  address(number: number): string {
    return `10.99.0.${number}`;
  }

  /** Handle of host `web-N`. */
  at(number: number): HostHandle {
    return { sandbox: this.handle, name: `web-${number}`, number };
  }

  /** Makes hosts. */
  async hosts(...numbers: readonly number[]): Promise<void> {
    await Promise.all(numbers.map((number) => host.ensure(this.host(number), null)));
  }

  /** Inputs of the server's files on host `web-N`. */
  files(number: number, word: string): FileTreeInputs {
    return {
      host: this.at(number),
      name: "server",
      files: {
        "etc/word": { content: word, mode: "0644", user: "root" },
        "etc/server.cjs": { content: serverProgram, mode: "0644", user: "root" },
      },
      folders: {},
    };
  }

  /** Inputs of the server on host `web-N`. */
  server(number: number, over: Partial<ServiceInputs> = {}): ServiceInputs {
    return {
      host: this.at(number),
      name: "server",
      command: [node, "/run/host/etc/server.cjs"],
      user: "site",
      groups: [],
      capabilities: [],
      environment: {},
      directory: "/run/host",
      stopSignal: "TERM",
      stopTimeout: 5000,
      version: "1",
      reload: "HUP",
      validate: null,
      share: "usual",
      output: { files: 4, bytes: 4_000_000, waiting: null },
      ready: { port: 80 },
      stateFile: null,
      readyTimeout: 15_000,
      manual: false,
      rollout: null,
      ...over,
    };
  }

  /** Makes the server on host `web-N`, with a word. */
  async serve(number: number, word: string): Promise<void> {
    await fileTree.ensure(this.files(number, word), null);
    await service.ensure(this.server(number), null);
  }

  /** Removes everything. */
  async end(): Promise<void> {
    await sandbox.remove(this.sandbox);
    rmSync(this.base, { recursive: true, force: true });
  }
}

/**
 * Declares that each test of a suite has a stack of its own, which is removed after it.
 * @param prepare what stands in it when the test begins
 * @returns the stack of the test that runs
 */
export function stackOfEach(prepare: (stack: Stack) => Promise<void> = async () => undefined): () => Stack {
  let current: Stack | null = null;
  const stack = (): Stack => {
    if (current === null) throw new Error("no test runs");
    return current;
  };
  beforeEach(async () => {
    current = new Stack();
    await current.start();
    await prepare(current);
  });
  afterEach(async () => {
    await current?.end();
    current = null;
  });
  return stack;
}

/** One host with the server's files. */
export async function oneHost(stack: Stack): Promise<void> {
  await stack.hosts(1);
  await fileTree.ensure(stack.files(1, "up"), null);
}
