/** A stack's sandbox: one process tree with a network, mounts and process ids of its own. Ending its first process ends all. */
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join, relative, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type Finding, findingsMessage } from "../../config/findings.ts";
import { jsonOf } from "../../config/json.ts";
import { runFolder, sandboxCommand } from "../enter.ts";
import { exitsScan, liveSandbox, project, requireSandbox, sandboxLog, stackFolder } from "../handles.ts";
import { type Kind, keptWhole, Refusal } from "../kind.ts";
import { kill, nameOf, parentOf, run, startDetached, startTime, until } from "../system.ts";

const port = z.int().min(1).max(65535);

const listener = z.strictObject({
  /** Loopback address of this machine. */
  address: z.string(),
  port,
  /** The configuration key that changes it, for messages. */
  setting: z.string(),
});

const inputs = z.strictObject({
  /** The stack's folder, from the project's. */
  directory: z.string().min(1),
  /**
   * The tree of Debian's packages that is the root of every host, from the project's folder; empty in the state of a
   * sandbox that an older version has started on the machine's own programs.
   */
  userland: z.string().default(""),
  /** Loopback sockets of this machine, inherited by the gateway host as descriptors 3, 4, ... */
  listeners: z.array(listener).max(6),
});
export type SandboxInputs = z.output<typeof inputs>;

/** What the running sandbox was started with. */
const launchFile = (directory: string) => join(stackFolder(directory), "launch.json");

/** Milliseconds that a copy of 700 MB may take where the stack lies on another disk than the cache. */
const copyTime = 300_000;

const scripts = resolve(import.meta.dirname, "../scripts");

/** Whether a loopback port is free: null, or why not. */
function portProblem(address: string, port: number): Promise<string | null> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", (error) => done(error.message));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => done(null)));
  });
}

async function portFindings(listeners: SandboxInputs["listeners"]): Promise<Finding[]> {
  const found = await Promise.all(
    listeners.map(async ({ address, port, setting }) => ({
      address,
      port,
      setting,
      problem: await portProblem(address, port),
    })),
  );
  return found.flatMap(({ address, port, setting, problem }) =>
    problem === null
      ? []
      : [
          {
            path: setting,
            problem: `${address}:${port} cannot be listened on (${problem})`,
            remedy: `End what uses it (ss -ltnp), or choose another with: pulumi config set --path '${setting}' PORT`,
          },
        ],
  );
}

/** A program without which no sandbox starts: the tree is whole or not there. */
const supervisor = "usr/bin/s6-svscan";

function userlandFindings(userland: string): Finding[] {
  return existsSync(join(stackFolder(userland), supervisor))
    ? []
    : [
        {
          path: "userland",
          problem: `${userland} is not there`,
          remedy: "Make the root of the hosts with: npm run setup",
        },
      ];
}

/** The process that holds the sandbox's listening sockets and waits for its end; 0 when it has ended before. */
function launcherOf(pid: number): number {
  const parent = parentOf(pid);
  return nameOf(parent) === "unshare" ? parent : 0;
}

async function stop(directory: string): Promise<void> {
  const live = liveSandbox(directory);
  if (live === null) return;
  const launcher = launcherOf(live.pid);
  kill(live.pid);
  await until(`the end of sandbox ${directory}`, 10_000, () =>
    startTime(live.pid) === null && startTime(launcher) === null ? null : "it still runs",
  );
}

/**
 * What the hosts run on, in the stack's own folder: a cache is there to be deleted, and the Node in node_modules goes
 * whenever npm installs. The same files under second names where the file system allows, else copies.
 */
async function ownPrograms(folder: string, userland: string): Promise<{ node: string; userland: string }> {
  const node = join(folder, "node");
  const own = join(folder, "userland");
  for (const kept of [node, own]) rmSync(kept, { recursive: true, force: true });
  mkdirSync(join(node, "bin"), { recursive: true, mode: 0o755 });
  for (const [from, to] of [
    [process.execPath, join(node, "bin/node")],
    [realpathSync(userland), own],
  ] as const) {
    const linked = await run(["cp", "-a", "--link", from, to], { accept: "any", timeout: copyTime });
    if (linked.code === 0) continue;
    rmSync(to, { recursive: true, force: true });
    await run(["cp", "-a", from, to], { timeout: copyTime });
  }
  return { node, userland: own };
}

function launchCommand(
  folder: string,
  { directory, listeners }: SandboxInputs,
  { node, userland }: { readonly node: string; readonly userland: string },
): string[] {
  const user = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  return [
    // Before any socket is opened, so that the ways out inherit none.
    ...["sh", join(scripts, "with-exits.sh"), userland, exitsScan(directory)],
    "perl",
    join(scripts, "hold-listeners.pl"),
    ...listeners.map(({ address, port }) => `${address}:${port}`),
    "--",
    ...["unshare", ...user, "--net", "--mount", "--pid", "--fork", "--"],
    ...["sh", join(scripts, "sandbox-init.sh"), folder, node, userland],
  ];
}

/** What the sandbox was last started with; null when that is not known. */
function launchedWith(directory: string): SandboxInputs | null {
  const file = launchFile(directory);
  return (existsSync(file) ? jsonOf(readFileSync(file, "utf8"), inputs) : undefined) ?? null;
}

/** What of it tells which ports it holds, whatever else older versions wrote there. */
const held = z.object({ listeners: z.array(listener) });

function heldBy(directory: string): SandboxInputs["listeners"] {
  const file = launchFile(directory);
  if (liveSandbox(directory) === null || !existsSync(file)) return [];
  return jsonOf(readFileSync(file, "utf8"), held)?.listeners ?? [];
}

const startedWith = (wanted: SandboxInputs) => isDeepStrictEqual(launchedWith(wanted.directory), wanted);

/** Before anything is touched; the ports that the running sandbox itself holds are free to be held again. */
async function refuseIfImpossible({ directory, userland, listeners }: SandboxInputs): Promise<void> {
  const own = heldBy(directory);
  const isHeld = ({ address, port }: SandboxInputs["listeners"][number]) =>
    own.some((one) => one.address === address && one.port === port);
  const findings = [
    ...userlandFindings(userland),
    ...(await portFindings(listeners.filter((one) => !isHeld(one)))),
  ];
  if (findings.length > 0) throw new Refusal(findingsMessage("The sandbox cannot be started:", findings));
}

/**
 * The stack's folder, which holds sockets, logs and keys: for its owner alone, whoever made it and with whatever mask.
 * `.onebox` too, where it lies there.
 */
function closedFolder(directory: string): string {
  const folder = stackFolder(directory);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const data = join(project, ".onebox");
  if (folder.startsWith(`${data}/`)) chmodSync(data, 0o700);
  return folder;
}

async function start(wanted: SandboxInputs): Promise<void> {
  const folder = closedFolder(wanted.directory);
  mkdirSync(join(folder, "hosts"), { recursive: true });
  rmSync(join(folder, "incarnation"), { force: true });
  rmSync(exitsScan(wanted.directory), { recursive: true, force: true });
  mkdirSync(exitsScan(wanted.directory), { mode: 0o700 });
  writeFileSync(launchFile(wanted.directory), JSON.stringify(wanted));
  const log = sandboxLog(wanted.directory);
  const descriptor = openSync(log, "w", 0o600);
  const programs = await ownPrograms(folder, stackFolder(wanted.userland));
  const launcher = startDetached(launchCommand(folder, wanted, programs), descriptor);
  closeSync(descriptor);
  await until(`the start of sandbox ${wanted.directory}`, 10_000, () => {
    const said = readFileSync(log, "utf8").trim().split("\n").slice(-5).join("\n");
    if (startTime(launcher) === null) throw new Error(`the sandbox ended while starting:\n${said}`);
    return liveSandbox(wanted.directory) === null ? said || "no first process" : null;
  });
}

/** Removes a folder that processes of other user ids wrote into. Without root they are all the user's own. */
function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

export const sandbox: Kind<SandboxInputs> = {
  type: "onebox:index:Sandbox",
  ...keptWhole(inputs),
  replaceOn: ["directory"],
  id: ({ directory }) => directory,

  findings({ directory }): Finding[] {
    const fromFolder = relative(stackFolder(directory), project);
    return fromFolder === "" || !fromFolder.startsWith("..")
      ? [
          {
            path: "directory",
            problem: `${directory} holds the project itself, and a stack's folder goes with the stack`,
            remedy: "Name a folder of the stack's own, as .onebox/stacks/dev",
          },
        ]
      : [];
  },

  async ensure(wanted) {
    if (liveSandbox(wanted.directory) === null || !startedWith(wanted)) {
      await refuseIfImpossible(wanted);
      await stop(wanted.directory);
      await start(wanted);
    } else closedFolder(wanted.directory);
    const live = liveSandbox(wanted.directory);
    if (live === null) throw new Error(`the sandbox of ${wanted.directory} ended right after its start`);
    await until(`the supervisor of sandbox ${wanted.directory}`, 10_000, () =>
      existsSync(`${runFolder(live)}/scan/.s6-svscan/control`) ? null : "it does not run",
    );
    await run(sandboxCommand(live, ["true"]));
    return { handle: { directory: wanted.directory, incarnation: live.incarnation } };
  },

  async observe(wanted) {
    if (liveSandbox(wanted.directory) === null) return ["its first process does not run"];
    const { mode } = statSync(stackFolder(wanted.directory));
    return [
      ...((mode & 0o077) === 0 ? [] : [`${wanted.directory} is open to other users`]),
      ...(startedWith(wanted) ? [] : ["it was started with other settings"]),
    ];
  },

  async remove(wanted) {
    await stop(wanted.directory);
    removeFolder(stackFolder(wanted.directory));
  },

  async adopt(directory) {
    const { incarnation } = requireSandbox(directory);
    const known = launchedWith(directory);
    if (known === null) throw new Error(`${launchFile(directory)} does not tell how the sandbox was started`);
    return { inputs: known, outputs: { handle: { directory, incarnation } } };
  },
};
