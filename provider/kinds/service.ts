/** A supervised process of a host. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { jsonOf } from "../../config/json.ts";
import { hostProc, runInHost } from "../enter.ts";
import { type HostHandle, hostFolder, hostHandle, liveSandbox } from "../handles.ts";
import { type Kind, keptWhole } from "../kind.ts";
import { userId, userName } from "../processes.ts";
import { isReady, readiness, untilReady } from "../readiness.ts";
import { longestDrain } from "../rotation.ts";
import { forgetServiceStates, serviceStates } from "../serviceStates.ts";
import {
  asUser,
  folderHash,
  type ServiceFile,
  type Supervised,
  serviceFolder,
  unsupervise,
} from "../supervision.ts";
import { tell, until } from "../system.ts";
import { inTurn } from "../turns.ts";

const remoteCommand = z.strictObject({ host: hostHandle, command: z.array(z.string()).min(1) });

const inputs = z.strictObject({
  host: hostHandle,
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  command: z.array(z.string()).min(1),
  /** Service user, or `root`. */
  user: userName,
  /** Further groups, by the names of service users. */
  groups: z.array(userName).default([]),
  capabilities: z.array(z.string()).default([]),
  environment: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/, "a name of letters, digits and underscores"), z.string())
    .default({}),
  directory: z.string().default("/run/host"),
  stopSignal: z.enum(["TERM", "QUIT", "USR1", "INT"]).default("TERM"),
  /** Milliseconds. */
  stopTimeout: z.int().min(100).default(5000),
  /** Versions of the files it reads; a change reloads it. */
  version: z.string(),
  /** How it takes up changed files: a signal that loses no request, or a restart. */
  reload: z.enum(["HUP", "USR1", "USR2", "restart", "none"]),
  /** Checks its files; must succeed before it is started or reloaded. */
  validate: z.array(z.string()).nullable().default(null),
  ready: readiness.nullable(),
  stateFile: z.string().nullable().default(null),
  /** Its share when the processor is fully used: a tenth of what others get, the usual one, or ten times as much. */
  share: z.enum(["less", "usual", "more"]).default("usual"),
  /** Files that are kept of its output, the bytes of each, and the bytes that may wait to be written there. */
  output: z
    .strictObject({
      files: z.int().min(1),
      bytes: z.int().min(4096).max(268_435_455),
      waiting: z.int().min(4096).max(1_048_576).nullable().default(null),
    })
    .default({ files: 4, bytes: 4_000_000, waiting: null }),
  /** Milliseconds until it must be ready. */
  readyTimeout: z.int().default(30_000),
  /** Started by something else (a cluster): installed, reloaded, never started from here. */
  manual: z.boolean().default(false),
  /** Rolling change: one of the group at a time, taken out of service before and put back after. */
  rollout: z
    .strictObject({ group: z.string(), drain: z.array(remoteCommand), resume: z.array(remoteCommand) })
    .nullable()
    .default(null),
});
export type ServiceInputs = z.output<typeof inputs>;

const applied = z.object({ process: z.string(), version: z.string() });

const persistent = ({ host, name }: ServiceInputs) => join(hostFolder(host), "services", name);

/** The folder that the host's supervisor looks at, as this machine sees it; null when the host is down. */
function scanFolder(host: HostHandle): string | null {
  const proc = hostProc(host);
  return proc === null ? null : `${proc}/root/run/scan`;
}

/** The live service folder as this machine sees it; null when the host is down. */
function liveFolder({ host, name }: ServiceInputs): string | null {
  const scan = scanFolder(host);
  return scan === null ? null : join(scan, name);
}

function supervised(service: ServiceInputs): Supervised {
  const rootless = liveSandbox(service.host.sandbox.directory)?.rootless ?? false;
  return {
    ...service,
    userId: userId(service.host.number, service.user, rootless),
    root: service.user === "root",
    groupIds: service.groups.map((group) => userId(service.host.number, group, rootless)),
  };
}

const filesOf = (service: ServiceInputs) => serviceFolder(service.name, supervised(service));

function writeFiles(folder: string, files: readonly ServiceFile[]): void {
  for (const { path, content, executable } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
    // The supervisor is root; the environment is nobody else's business.
    chmodSync(join(folder, path), executable ? 0o700 : 0o600);
  }
}

const textOf = (path: string) => (existsSync(path) ? readFileSync(path, "utf8") : undefined);

/** What the running process was started with and has loaded, as noted; null when nothing is. */
function appliedTo(service: ServiceInputs): z.infer<typeof applied> | null {
  const folder = liveFolder(service);
  if (folder === null) return null;
  return jsonOf(textOf(`${folder}/applied`), applied) ?? null;
}

/** Whether the folder that the supervisor looks at is this one. */
function isLive(service: ServiceInputs, files: readonly ServiceFile[]): boolean {
  const folder = liveFolder(service);
  return (
    folder !== null &&
    files.every(({ path, content }) => path === "down" || textOf(`${folder}/${path}`) === content)
  );
}

/** Runs a script that changes the host's services. */
async function inHost(host: HostHandle, script: string, timeout = 60_000): Promise<void> {
  try {
    await runInHost(host, ["sh", "-es"], { input: `${script}\n`, timeout });
  } finally {
    forgetServiceStates(host);
  }
}

/** Moves a tree's files into one that may be in use: each is there whole, and one that just runs is never written into. */
function moveInto(from: string, to: string): void {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    const path = relative(from, join(entry.parentPath, entry.name));
    if (entry.isDirectory()) mkdirSync(join(to, path), { recursive: true });
    else renameSync(join(from, path), join(to, path));
  }
  rmSync(from, { recursive: true });
}

/**
 * Puts the folder where the supervisor looks, and lets it look; safe to repeat. Written from outside: to start a
 * program inside a host costs more than all of this.
 */
async function install(service: ServiceInputs): Promise<void> {
  const { name, host } = service;
  const scan = scanFolder(host);
  if (scan === null) throw new Error(`host ${host.name} is down; run \`up\` again`);
  const log = join(hostFolder(host), "log", name);
  mkdirSync(log, { recursive: true });
  chmodSync(log, 0o755);
  const folder = join(scan, name);
  // The supervisor overlooks names with a dot.
  const aside = join(scan, `.${name}`);
  rmSync(aside, { recursive: true, force: true });
  cpSync(persistent(service), aside, { recursive: true });
  if (existsSync(folder)) moveInto(aside, folder);
  else renameSync(aside, folder);
  forgetServiceStates(host);
  // What `s6-svscanctl -a` says: look again.
  if (!tell(join(scan, ".s6-svscan/control"), "a"))
    throw new Error(`the supervisor of ${host.name} does not run`);
  await until(`the supervisor of ${host.name}/${name}`, 10_000, () =>
    existsSync(join(folder, "supervise/control")) ? null : "it does not run",
  );
}

/** As the service's own user: a checker that opens log files must not leave them root's. */
async function validate(service: ServiceInputs): Promise<void> {
  const { host, name, validate: checker } = service;
  if (checker === null) return;
  const argv = [...asUser(supervised(service)), ...checker];
  const { code, stdout, stderr } = await runInHost(host, argv, { accept: "any" });
  if (code === 0) return;
  const said = `${stderr}${stdout}`.trim().split("\n").slice(-12).join("\n");
  throw new Error(`${host.name}/${name}: its files are refused: ${said || `exit code ${code}`}`);
}

async function ready({ host, name, ready: condition, readyTimeout }: ServiceInputs): Promise<void> {
  if (condition === null) return;
  await untilReady(host, name, condition, readyTimeout);
}

/**
 * Whether this service's readiness is waited for. One that something else starts may need peers that this run has yet
 * to start: it is waited for only where it was ready before.
 */
const isAwaited = async ({ manual, host, ready: condition }: ServiceInputs): Promise<boolean> =>
  !manual || (condition !== null && (await isReady(host, condition)));

const signalOptions = { HUP: "-h", USR1: "-1", USR2: "-2" } as const;

async function takeUp(service: ServiceInputs, how: ServiceInputs["reload"]): Promise<void> {
  const { host, name } = service;
  const folder = `/run/scan/${name}`;
  if (how === "none") return;
  const limit = service.stopTimeout + 15_000;
  if (how === "restart") await inHost(host, `s6-svc -wr -T ${limit} -r ${folder}`, limit + 5000);
  else await inHost(host, `s6-svc ${signalOptions[how]} ${folder}`);
}

/** Changes a running service; in its turn and drained where it takes part in a rolling change. */
async function change(service: ServiceInputs, how: ServiceInputs["reload"]): Promise<void> {
  const { rollout, host } = service;
  const awaited = await isAwaited(service);
  const act = async () => {
    await install(service);
    await takeUp(service, how);
    if (awaited) await ready(service);
  };
  if (rollout === null || how !== "restart") return act();
  await inTurn(rollout.group, host.name, async () => {
    try {
      for (const { host: other, command } of rollout.drain)
        await runInHost(other, command, { timeout: longestDrain });
      await act();
    } catch (error) {
      // Back where it was: whether it may serve is for the health checks to say, not for a change that has failed.
      await Promise.allSettled(rollout.resume.map(({ host: other, command }) => runInHost(other, command)));
      throw error;
    }
    for (const { host: other, command } of rollout.resume) await runInHost(other, command);
  });
}

async function bring(service: ServiceInputs, files: readonly ServiceFile[]): Promise<void> {
  const { host, name, manual, version } = service;
  const before = appliedTo(service);
  const live = liveFolder(service);
  const installed = live !== null && existsSync(live);
  const state = installed ? (await serviceStates(host)).get(name) : undefined;
  if (state === undefined || !state.up || !(manual || state.wanted)) {
    await validate(service);
    await install(service);
    if (manual) return;
    // A new folder is started as soon as the supervisor sees it.
    if (installed) await inHost(host, `rm -f /run/scan/${name}/down; s6-svc -u /run/scan/${name}`);
    await ready(service);
  } else if (!isLive(service, files) || (before !== null && before.process !== folderHash(files))) {
    await validate(service);
    await change(service, "restart");
  } else if (before?.version !== version) {
    await validate(service);
    await change(service, service.reload);
  } else if (!manual) {
    await ready(service);
  }
}

export const service: Kind<ServiceInputs> = {
  type: "onebox:index:Service",
  ...keptWhole(inputs),
  replaceOn: ["host.sandbox.directory", "host.name", "name"],
  id: ({ host, name }) => `${host.sandbox.directory}/${host.name}/${name}`,

  async ensure(wanted) {
    const files = filesOf(wanted);
    // A manual service that was started once comes back with its host: only the first time it is told to stay down.
    const known = existsSync(join(persistent(wanted), "run"));
    if (!wanted.manual) rmSync(join(persistent(wanted), "down"), { force: true });
    writeFiles(persistent(wanted), known ? files.filter(({ path }) => path !== "down") : files);
    await bring(wanted, files);
    const now = JSON.stringify({ process: folderHash(files), version: wanted.version });
    // In the lasting folder too: when the host starts again, its services start with what is noted there.
    for (const folder of [persistent(wanted), liveFolder(wanted)])
      if (folder !== null) writeFileSync(join(folder, "applied"), now);
    return {};
  },

  async observe(wanted) {
    if (hostProc(wanted.host) === null) return [`host ${wanted.host.name} is down`];
    const state = (await serviceStates(wanted.host)).get(wanted.name);
    if (state === undefined) return ["it is not supervised"];
    if (wanted.manual) return [];
    if (!state.wanted) return ["it was told to stay down"];
    if (!state.up) return ["its process does not run"];
    const known = appliedTo(wanted);
    if (known !== null && known.process !== folderHash(filesOf(wanted)))
      return ["its process was started with other settings"];
    return known !== null && known.version !== wanted.version ? ["it has not loaded its newest files"] : [];
  },

  async remove(wanted) {
    const { host, name } = wanted;
    if (hostProc(host) !== null) {
      await inHost(host, `${unsupervise("/run/scan", name, "-wD -T 15000 -d")}\nrm -rf /run/scan/.${name}`);
    }
    rmSync(persistent(wanted), { recursive: true, force: true });
  },
};
