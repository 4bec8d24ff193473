/** A host: a network, mount, process and name namespace with its own supervisor, plugged into the bridge. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import { requireJson } from "../../config/json.ts";
import { driftCheckFile } from "../../hosts/agent/hostMetrics.ts";
import { layoutUnder } from "../../hosts/layout.ts";
import { EndingsWatch, lastLines } from "../endings.ts";
import { hostPid, runFolder, runInSandbox } from "../enter.ts";
import { requireFreeIds } from "../freeIds.ts";
import {
  type HostHandle,
  hostFolder,
  linkName,
  liveSandbox,
  requireSandbox,
  sandboxHandle,
  sandboxLog,
} from "../handles.ts";
import { recordFile } from "../hostRecords.ts";
import { keptFolder, moveBackups } from "../keptBackups.ts";
import { type Kind, keptWhole } from "../kind.ts";
import { groupFile, hostsFile, passwdFile } from "../processes.ts";
import { lastCopy } from "../standing.ts";
import { unsupervise } from "../supervision.ts";
import { guardQuery, guardScript, guards, portName, unguardScript } from "../switchPort.ts";
import { messageOf, tell, until } from "../system.ts";

const inputs = z.strictObject({
  sandbox: sandboxHandle,
  bridge: linkName,
  name: linkName,
  /** Its place in the stack's range; the interface's name and the user ids follow from it. */
  number: z.int().min(1).max(65_534),
  /** IPv4 address with prefix length, `10.77.32.11/16`. */
  address: z.cidrv4(),
  /** Further IPv4 addresses that it may hold: one that several hosts pass to each other. */
  passed: z.array(z.ipv4()).default([]),
  /** Names it may use → addresses: its /etc/hosts. */
  names: z.record(z.string(), z.string()),
  /** Whether it keeps the sandbox's listening sockets (the gateway). */
  keepListeners: z.boolean(),
});
export type HostInputs = z.infer<typeof inputs>;

const handleOf = ({ sandbox, name, number }: HostInputs): HostHandle => ({ sandbox, name, number });

/** Addresses that its port of the switch takes packets from. */
const ownAddresses = ({ address, passed }: HostInputs): readonly string[] => [
  ...new Set([address.replace(/\/\d+$/, ""), ...passed]),
];

const script = (name: string) => readFileSync(resolve(import.meta.dirname, "../scripts", name), "utf8");

/** What the host's first process does. In the sandbox and not in the host's folder, where the host could change it. */
const initScript = () => `${script("root.sh")}\n${script("host-init.sh")}`;

/**
 * Text of the commands that plug the host in; safe to repeat. Without its network namespace everything that still runs
 * in the lost one is ended first; a lost link alone is plugged in again under what runs. Pure.
 */
function plugScript(wanted: HostInputs): string {
  const { name, number, address, bridge } = wanted;
  const outer = portName(number);
  return [
    `if ! nsenter --net=/run/netns/${name} ip link show lo >/dev/null 2>&1; then`,
    `[ ! -d /run/scan/${name} ] || s6-svc -wD -T 10000 -dk /run/scan/${name}`,
    `ip link del ${outer} 2>/dev/null || true`,
    `ip netns del ${name} 2>/dev/null || rm -f /run/netns/${name}`,
    `ip netns add ${name}`,
    "fi",
    `ip link show ${outer} >/dev/null 2>&1 || ip link add ${outer} type veth peer name eth0 netns ${name}`,
    guardScript(name, number, ownAddresses(wanted)),
    `ip link set ${outer} master ${bridge} up`,
    `nsenter --net=/run/netns/${name} ip -batch - <<'END'`,
    "link set lo up",
    `address replace ${address} dev eth0`,
    "link set eth0 up",
    "END",
    // Daemons bind ports below 1024 without being root; keepalived's peer may bind the virtual address early.
    `nsenter --net=/run/netns/${name} sh -ec 'cd /proc/sys/net; echo 0 >ipv4/ip_unprivileged_port_start; echo 1 >ipv4/ip_nonlocal_bind; echo 4096 >core/somaxconn; echo "1024 65535" >ipv4/ip_local_port_range; echo 1 >ipv4/tcp_tw_reuse'`,
  ].join("\n");
}

/** The supervised command that is the host. Pure. */
function runScript({ name, keepListeners }: HostInputs): string {
  return [
    "#!/bin/sh",
    "exec 2>&1",
    `exec nsenter --net=/run/netns/${name} unshare --mount --pid --fork --uts --ipc --kill-child sh /run/scan/${name}/init.sh ${name} ${keepListeners ? "yes" : "no"}`,
    "",
  ].join("\n");
}

/**
 * Text of the commands that let the sandbox's supervisor run the host; safe to repeat. Made aside and renamed: the
 * supervisor may look at any moment, and waits ten seconds after it met a folder without a program. Pure.
 */
function superviseScript(wanted: HostInputs): string {
  const folder = `/run/scan/${wanted.name}`;
  const aside = `/run/scan/.${wanted.name}`;
  return [
    `rm -rf ${aside}; mkdir ${aside}`,
    `cat >${aside}/run <<'END'\n${runScript(wanted)}END`,
    `cat >${aside}/init.sh <<'END OF INIT'\n${initScript()}END OF INIT`,
    // A host that ends leaves no stale process id behind.
    `printf '#!/bin/sh\\nrm -f /run/hosts/${wanted.name}\\n' >${aside}/finish`,
    `chmod 0755 ${aside}/run ${aside}/finish`,
    `if [ -d ${folder} ]; then mv ${aside}/run ${aside}/finish ${aside}/init.sh ${folder}/; rmdir ${aside}; else mv ${aside} ${folder}; fi`,
    "s6-svscanctl -a /run/scan",
    // Up again where it had been told to stay down.
    `[ ! -e ${folder}/supervise/control ] || s6-svc -u ${folder}`,
  ].join("\n");
}

/** The inputs that a host was last made with. @throws Error when there is no such host. */
function recorded(directory: string, name: string): HostInputs {
  const file = recordFile(directory, name);
  if (!existsSync(file)) throw new Error(`there is no host ${name} in ${directory}: ${file} is missing`);
  return requireJson(readFileSync(file, "utf8"), inputs, file, "`npm run up` writes it anew");
}

/** A host's number, by its name. @throws Error when there is no such host. */
export const numberOf = (directory: string, name: string): number => recorded(directory, name).number;

/** What lies over the userland's /etc in the host, by path within the host's folder. */
const etcFiles = (
  { name, number, names }: HostInputs,
  rootless: boolean,
): Readonly<Record<string, string>> => ({
  "system/hosts": hostsFile(name, names),
  "system/passwd": passwdFile(number, rootless),
  "system/group": groupFile(number, rootless),
});

function writeFolder(wanted: HostInputs, rootless: boolean): void {
  const folder = hostFolder(handleOf(wanted));
  for (const inner of ["system", "etc", "data", "log", "services", "site", "run"])
    mkdirSync(join(folder, inner), { recursive: true, mode: 0o755 });
  // Written in place, never renamed: a running host has them open as a layer of its /etc.
  for (const [path, content] of Object.entries(etcFiles(wanted, rootless)))
    writeFileSync(join(folder, path), content, { mode: 0o644 });
  const record = recordFile(wanted.sandbox.directory, wanted.name);
  writeFileSync(`${record}.new`, JSON.stringify(wanted));
  renameSync(`${record}.new`, record);
}

/** Notes that the host was compared with the state now: its metrics tell how long ago that is. */
const noteComparison = (wanted: HostInputs): void =>
  writeFileSync(driftCheckFile(layoutUnder(hostFolder(handleOf(wanted)), "")), "");

/** Findings about the host's own /etc. */
function changedFiles(wanted: HostInputs, rootless: boolean): string[] {
  const folder = hostFolder(handleOf(wanted));
  return Object.entries(etcFiles(wanted, rootless)).flatMap(([path, content]) => {
    const found = existsSync(join(folder, path)) ? readFileSync(join(folder, path), "utf8") : null;
    return found === content ? [] : [`${path} ${found === null ? "is missing" : "has another content"}`];
  });
}

function supervisorRuns(wanted: HostInputs): boolean {
  const live = liveSandbox(wanted.sandbox.directory);
  const pid = live === null ? null : hostPid(live, wanted.name);
  return (
    live !== null &&
    pid !== null &&
    tell(`/proc/${live.pid}/root/proc/${pid}/root/run/scan/.s6-svscan/control`, "")
  );
}

export const host: Kind<HostInputs> = {
  type: "onebox:index:Host",
  ...keptWhole(inputs),
  replaceOn: ["sandbox.directory", "name", "number", "bridge", "address", "keepListeners"],
  id: ({ sandbox, name }) => `${sandbox.directory}/${name}`,

  async ensure(wanted) {
    const live = requireSandbox(wanted.sandbox.directory);
    if (!live.rootless && !existsSync(hostFolder(handleOf(wanted))))
      await requireFreeIds(wanted.name, wanted.number);
    writeFolder(wanted, live.rootless);
    await runInSandbox(wanted.sandbox.directory, ["sh", "-es"], {
      input: `${plugScript(wanted)}\n${superviseScript(wanted)}\n`,
    });
    const watch = new EndingsWatch((argv, options) => runInSandbox(wanted.sandbox.directory, argv, options));
    try {
      await until(`the start of host ${wanted.name}`, 15_000, async () => {
        if (supervisorRuns(wanted)) return null;
        await watch.requireLasting(wanted.name);
        return "its supervisor does not run";
      });
    } catch (error) {
      throw new Error(`${messageOf(error)}${lastLines("the sandbox", sandboxLog(wanted.sandbox.directory))}`);
    }
    noteComparison(wanted);
    return { handle: handleOf(wanted) };
  },

  async observe(wanted) {
    const live = liveSandbox(wanted.sandbox.directory);
    if (live === null) return ["the sandbox does not run"];
    if (!existsSync(`${runFolder(live)}/netns/${wanted.name}`)) return ["its network namespace is missing"];
    if (!supervisorRuns(wanted)) return ["its supervisor does not run"];
    const look = `ip -o link show ${portName(wanted.number)} up; nsenter --net=/run/netns/${wanted.name} ip -o address show eth0 up; ${guardQuery(wanted.number)}`;
    const { stdout } = await runInSandbox(wanted.sandbox.directory, ["sh", "-c", look], { accept: "any" });
    noteComparison(wanted);
    return [
      ...(stdout.includes(`${portName(wanted.number)}@`) ? [] : ["its link is missing or down"]),
      ...(stdout.includes(` ${wanted.address} `)
        ? []
        : [`its link is down or lacks the address ${wanted.address}`]),
      ...(guards(stdout, wanted.number, ownAddresses(wanted))
        ? []
        : ["its port of the switch takes other addresses than its own"]),
      ...changedFiles(wanted, live.rootless),
    ];
  },

  async remove(wanted) {
    const why = await lastCopy(handleOf(wanted));
    if (why !== null)
      throw new Error(`${why}: nothing was removed. Run \`npm run up\` with ${wanted.name} as it was`);
    const live = liveSandbox(wanted.sandbox.directory);
    if (live !== null) {
      const { name, number } = wanted;
      const commands = [
        unsupervise("/run/scan", name, "-wD -T 10000 -dk"),
        `rm -rf /run/scan/.${name}`,
        `! ip link show ${portName(number)} >/dev/null 2>&1 || ip link del ${portName(number)}`,
        unguardScript(number),
        `[ ! -e /run/netns/${name} ] || ip netns del ${name}`,
      ];
      await runInSandbox(wanted.sandbox.directory, ["sh", "-es"], { input: `${commands.join("\n")}\n` });
    }
    moveBackups(handleOf(wanted), keptFolder(wanted.sandbox.directory));
    rmSync(hostFolder(handleOf(wanted)), { recursive: true, force: true });
    rmSync(recordFile(wanted.sandbox.directory, wanted.name), { force: true });
  },

  async adopt(id) {
    const known = recorded(dirname(id), basename(id));
    const { incarnation } = requireSandbox(known.sandbox.directory);
    const adopted = { ...known, sandbox: { ...known.sandbox, incarnation } };
    return { inputs: adopted, outputs: { handle: handleOf(adopted) } };
  },
};
