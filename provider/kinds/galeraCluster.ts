/** A Galera cluster over database hosts: which node starts it, in which order the others join, and its accounts. */
import { randomUUID } from "node:crypto";
import {
  chownSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { times } from "../../hosts/limits.ts";
import {
  chooseBootstrapNode,
  type NodePosition,
  parseGrastate,
  parseRecoveredPosition,
  renderGvwstate,
} from "../../hosts/mariadb/recovery.ts";
import { noteVersion, upgradeSystemTables } from "../databaseUpgrade.ts";
import { EndingsWatch, lastWords } from "../endings.ts";
import { hostProc, runInHost, runInSandbox } from "../enter.ts";
import { type HostHandle, hostFolder, hostHandle, requireSandbox } from "../handles.ts";
import { type Kind, keptWhole } from "../kind.ts";
import { userId } from "../processes.ts";
import { forgetServiceStates } from "../serviceStates.ts";
import { CommandError, CommandLate, Stillness, until } from "../system.ts";

/** Shape of the inputs. */
export const inputs = z.strictObject({
  /** The database hosts, the first of which starts a new cluster. */
  nodes: z.array(hostHandle).min(1),
  /** Name of the service on each host that runs the database. */
  service: z.string(),
  /** Data directory, within the host's folder. */
  dataDirectory: z.string(),
  /** File, within the host's folder, whose presence makes the next start of the service begin a new cluster. */
  bootstrapMarker: z.string(),
  /** Unix socket of the server, inside the host. */
  socket: z.string(),
  /** Option file of the server, inside the host. */
  defaultsFile: z.string(),
  /** SQL that makes database and accounts so; safe to repeat. Secret. */
  accounts: z.string(),
  /** The site's own tables; null where it has none. */
  schema: z
    .strictObject({
      /** Name of the database. */
      database: z.string(),
      /** Text of schema.sql; safe to repeat. */
      sql: z.string(),
      /** Seconds that it may take. */
      seconds: z.int().min(1),
    })
    .nullable()
    .default(null),
});
export type GaleraClusterInputs = z.output<typeof inputs>;

/** Where a node keeps the last primary view, in its data directory. */
const viewFile = "gvwstate.dat";

/** wsrep_local_state of a node that has everything (Galera: 4 = Synced). */
const synced = "4";

/** What a node says of itself. */
export interface NodeStatus {
  readonly primary: boolean;
  readonly synced: boolean;
  /** Whether it refuses writes of others than administrators. */
  readonly readOnly: boolean;
}

const statusQuery =
  "SELECT VARIABLE_NAME, VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME IN ('WSREP_CLUSTER_STATUS','WSREP_LOCAL_STATE','WSREP_READY') UNION SELECT 'READ_ONLY', @@GLOBAL.read_only";

/** Parses the answer to the status query. Pure. */
export function parseStatus(text: string): NodeStatus {
  const values = new Map(
    text
      .trim()
      .split("\n")
      .map((line) => {
        const [name = "", value = ""] = line.split("\t");
        return [name.toUpperCase(), value] as const;
      }),
  );
  const primary = values.get("WSREP_CLUSTER_STATUS") === "Primary";
  return {
    primary,
    synced: primary && values.get("WSREP_LOCAL_STATE") === synced && values.get("WSREP_READY") === "ON",
    readOnly: values.get("READ_ONLY") === "1",
  };
}

const client = ({ socket }: Pick<GaleraClusterInputs, "socket">) => [
  "mariadb",
  "--no-defaults",
  `--socket=${socket}`,
  "--user=root",
  "--batch",
  "--skip-column-names",
];

const down: NodeStatus = { primary: false, synced: false, readOnly: false };

/** What a node says of itself; a node that does not answer is down. */
export async function statusOf(
  cluster: Pick<GaleraClusterInputs, "socket">,
  node: HostHandle,
): Promise<NodeStatus> {
  const proc = hostProc(node);
  if (proc === null || !existsSync(`${proc}/root${cluster.socket}`)) return down;
  try {
    const { stdout } = await runInHost(node, [...client(cluster), `--execute=${statusQuery}`], {
      timeout: 5000,
    });
    return parseStatus(stdout);
  } catch (error) {
    // Refused, or no answer for long: it may be about to end, or have no time.
    if (error instanceof CommandError) return down;
    throw error;
  }
}

/** What each node says of itself, in the order of the nodes; a node that does not answer is down. */
export const statuses = (cluster: GaleraClusterInputs) =>
  Promise.all(cluster.nodes.map((node) => statusOf(cluster, node)));

/** Runs a shell script as root of a database host. */
export async function inHost(node: HostHandle, script: string, timeout = 60_000): Promise<void> {
  try {
    await runInHost(node, ["sh", "-es"], { input: `${script}\n`, timeout });
  } finally {
    forgetServiceStates(node);
  }
}

const startNode = ({ service }: GaleraClusterInputs, node: HostHandle) => {
  // From now on it comes back by itself whenever its host does.
  rmSync(join(hostFolder(node), "services", service, "down"), { force: true });
  return inHost(node, `rm -f /run/scan/${service}/down; s6-svc -u /run/scan/${service}`);
};

/** Stops a node in good order, and waits until it has ended. */
export const stopNode = ({ service }: Pick<GaleraClusterInputs, "service">, node: HostHandle) =>
  inHost(node, `[ ! -d /run/scan/${service} ] || s6-svc -wD -T 60000 -d /run/scan/${service}`, 70_000);

const dataFolder = ({ dataDirectory }: GaleraClusterInputs, node: HostHandle) =>
  join(hostFolder(node), dataDirectory);

/** Milliseconds that a command which goes through the whole database may take. */
export const copyTime = times.databaseCopy * 1000;

/**
 * What changes while a server's data does: the number of its files, their sizes and times. Its log is not part of it,
 * since a server that finds nobody says so for ever.
 */
function markOf(folder: string): string {
  try {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
      const stat = lstatSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false });
      return stat ? [stat] : [];
    });
    const bytes = files.reduce((all, { size }) => all + size, 0);
    const newest = files.reduce((latest, { mtimeMs }) => Math.max(latest, mtimeMs), 0);
    return `${files.length} ${bytes} ${newest}`;
  } catch {
    // A folder that goes while it is read moves.
    return String(Date.now());
  }
}

/** Why a server does not become synced, when that is known: it keeps ending, or nothing of its data moves any more. */
function giveUpOn(cluster: GaleraClusterInputs, node: HostHandle): () => Promise<string | null> {
  const watch = EndingsWatch.inHost(node);
  const still = new Stillness(times.databaseSilence * 1000, () => markOf(dataFolder(cluster, node)));
  return async () => {
    const ends = (await watch.keepEnding()).includes(cluster.service);
    if (!ends && !still.look()) return null;
    const why = ends
      ? "keeps ending"
      : `is not synced, and its data has not moved for ${times.databaseSilence} s`;
    return `${node.name} ${why}${lastWords(node, cluster.service)}`;
  };
}

/** Waits until one of these servers is synced, for as long as one of them may become so. */
async function untilSynced(cluster: GaleraClusterInputs, ...nodes: readonly HostHandle[]): Promise<void> {
  const looks = nodes.map((node) => ({ node, givenUp: giveUpOn(cluster, node) }));
  await until("a synced database node", Number.POSITIVE_INFINITY, async () => {
    const found = await Promise.all(looks.map(({ node }) => statusOf(cluster, node)));
    if (found.some(({ synced }) => synced)) return null;
    const reasons = await Promise.all(looks.map(({ givenUp }) => givenUp()));
    const known = reasons.filter((reason) => reason !== null);
    if (known.length === nodes.length) throw new Error(known.join("\n"));
    return "none yet";
  });
}

/** Where a restored backup lies complete, within the host's folder, until it takes the place of the data directory. */
export const restoredDirectory = ({ dataDirectory }: Pick<GaleraClusterInputs, "dataDirectory">): string =>
  `${dataDirectory}.restored`;

const hasData = (cluster: GaleraClusterInputs, node: HostHandle) =>
  existsSync(join(dataFolder(cluster, node), "mysql"));

/** What the client says of a statement that failed, without the statement, which may hold a password. */
export const withoutStatement = (text: string): string =>
  text
    .split("\n")
    .flatMap((line) => line.match(/^ERROR \d+(?: \(\w+\))?(?: at line \d+)?/)?.[0] ?? [])
    .join("\n");

/** Prefix that runs a command of the database as its user. */
export function asDatabaseUser(node: HostHandle): {
  readonly prefix: readonly string[];
  readonly options: readonly string[];
} {
  const { rootless } = requireSandbox(node.sandbox.directory);
  if (rootless) return { prefix: [], options: ["--user=root"] };
  const id = String(userId(node.number, "mysql", false));
  return { prefix: ["s6-applyuidgid", "-u", id, "-g", id, "-G", ""], options: [] };
}

/** Made aside and renamed: what an interrupted attempt leaves is not taken for a database. */
async function initialise(cluster: GaleraClusterInputs, node: HostHandle): Promise<void> {
  const { prefix, options } = asDatabaseUser(node);
  const target = `/run/host/${cluster.dataDirectory}`;
  await inHost(node, `rm -rf ${target}.new`);
  await runInHost(
    node,
    [
      ...prefix,
      ...["mariadb-install-db", "--no-defaults", `--datadir=${target}.new`, ...options],
      ...[
        "--auth-root-authentication-method=socket",
        "--auth-root-socket-user=root",
        "--skip-test-db",
        "--skip-name-resolve",
      ],
    ],
    { timeout: copyTime },
  );
  await inHost(
    node,
    `${noteVersion(`${target}.new`)}\nchmod --reference=${target} ${target}.new; mv -T ${target}.new ${target}`,
  );
}

/** How far a stopped node's data goes. */
async function positionOf(cluster: GaleraClusterInputs, node: HostHandle): Promise<NodePosition> {
  const file = join(dataFolder(cluster, node), "grastate.dat");
  const state = existsSync(file) ? parseGrastate(readFileSync(file, "utf8")) : null;
  if (state !== null && state.seqno >= 0) return { name: node.name, ...state };
  const { prefix, options } = asDatabaseUser(node);
  const { stdout, stderr } = await runInHost(
    node,
    [
      ...prefix,
      "mariadbd",
      `--defaults-file=${cluster.defaultsFile}`,
      ...options,
      // It joins nobody, but refuses to look without an address: the members are no option of the file.
      "--wsrep-cluster-address=gcomm://",
      "--wsrep-recover",
    ],
    { accept: "any", timeout: copyTime },
  );
  const recovered = parseRecoveredPosition(`${stdout}\n${stderr}`);
  return {
    name: node.name,
    uuid: recovered?.uuid ?? "",
    seqno: recovered?.seqno ?? -1,
    safeToBootstrap: state?.safeToBootstrap ?? false,
  };
}

/** Begins a new cluster with a node that has all there is. */
async function beginWith(cluster: GaleraClusterInputs, node: HostHandle): Promise<void> {
  for (const one of cluster.nodes) {
    rmSync(join(dataFolder(cluster, one), viewFile), { force: true });
    rmSync(join(hostFolder(one), cluster.bootstrapMarker), { force: true });
  }
  writeFileSync(join(hostFolder(node), cluster.bootstrapMarker), "");
  await startNode(cluster, node);
  await untilSynced(cluster, node);
}

/** Copies a cleanly stopped node's data to another one, without the cache of write sets, which is the node's own. */
async function copyData(cluster: GaleraClusterInputs, from: HostHandle, to: HostHandle): Promise<void> {
  const { rootless } = requireSandbox(to.sandbox.directory);
  const folder = (node: HostHandle) => `/run/stack/hosts/${node.name}/${cluster.dataDirectory}`;
  const owner = userId(to.number, "mysql", rootless);
  const aside = `${folder(to)}.new`;
  const script = `rm -rf ${aside}
cp -a --sparse=always ${folder(from)} ${aside}
rm -f ${aside}/galera.cache ${aside}/${viewFile}
sed -i 's/^safe_to_bootstrap:.*/safe_to_bootstrap: 0/' ${aside}/grastate.dat
chown -R ${owner}:${owner} ${aside}
mv -T ${aside} ${folder(to)}`;
  await runInSandbox(to.sandbox.directory, ["sh", "-es"], { input: `${script}\n`, timeout: copyTime });
}

/** Lets nodes with the same data begin together: each is told the members that it is to wait for. */
function agreeOnMembers(cluster: GaleraClusterInputs): void {
  const members = cluster.nodes.map((node) => ({ folder: dataFolder(cluster, node), id: randomUUID() }));
  const ids = members.map(({ id }) => id);
  for (const { folder, id } of members) {
    const aside = join(folder, `${viewFile}.new`);
    writeFileSync(aside, renderGvwstate(id, ids), { mode: 0o660 });
    const { uid, gid } = statSync(folder);
    chownSync(aside, uid, gid);
    renameSync(aside, join(folder, viewFile));
  }
}

/**
 * Fills the nodes of a cluster that never was: the first is filled, stopped in good order and copied. The nodes then
 * begin with the same history, all at once: none needs a state transfer, or waits for another one to have joined.
 */
async function fill(cluster: GaleraClusterInputs): Promise<void> {
  const [first, ...others] = cluster.nodes;
  if (!first) return;
  await initialise(cluster, first);
  if (others.length === 0) return;
  await beginWith(cluster, first);
  await stopNode(cluster, first);
  await Promise.all(others.map((node) => copyData(cluster, first, node)));
  agreeOnMembers(cluster);
}

/** Ends a restore that was interrupted after the last old data was put aside. @returns whether there was one */
function endRestore(cluster: GaleraClusterInputs): boolean {
  const restored = (node: HostHandle) => join(hostFolder(node), restoredDirectory(cluster));
  const node = cluster.nodes.find((one) => existsSync(restored(one)));
  if (!node) return false;
  rmSync(dataFolder(cluster, node), { recursive: true, force: true });
  renameSync(restored(node), dataFolder(cluster, node));
  return true;
}

/** Gives a cluster of which no node has data something to begin with. */
async function ensureData(cluster: GaleraClusterInputs): Promise<void> {
  if (cluster.nodes.some((node) => hasData(cluster, node))) return;
  await Promise.all(cluster.nodes.map((node) => stopNode(cluster, node)));
  if (!endRestore(cluster)) await fill(cluster);
}

/** The node that a stopped cluster must be started with. */
async function firstNode(cluster: GaleraClusterInputs): Promise<HostHandle> {
  const withData = cluster.nodes.filter((node) => hasData(cluster, node));
  const choice = chooseBootstrapNode(await Promise.all(withData.map((node) => positionOf(cluster, node))));
  if ("refuse" in choice) throw new Error(`the database cluster is not started: ${choice.refuse}`);
  const chosen = cluster.nodes.find(({ name }) => name === choice.node);
  if (!chosen) throw new Error(`the database cluster is not started: ${choice.node} is not one of its nodes`);
  return chosen;
}

/** Starts a cluster none of whose nodes runs in a primary component. */
async function startCluster(cluster: GaleraClusterInputs): Promise<void> {
  await Promise.all(cluster.nodes.map((node) => stopNode(cluster, node)));
  await beginWith(cluster, await firstNode(cluster));
}

/** Milliseconds that nodes with a saved view get to find each other by themselves; measured: 2.1 s. */
const selfRecovery = 8000;

/**
 * After a crash of all nodes each has its last view on disk, as nodes that were just filled have their first one
 * (pc.recovery): they form the cluster unaided.
 */
async function recoversByItself(cluster: GaleraClusterInputs): Promise<boolean> {
  const remembered = cluster.nodes.every((node) => existsSync(join(dataFolder(cluster, node), viewFile)));
  if (!remembered) return false;
  await Promise.all(cluster.nodes.map((node) => startNode(cluster, node)));
  try {
    await until("a primary component", selfRecovery, async () =>
      (await statuses(cluster)).some(({ primary }) => primary) ? null : "none yet",
    );
    return true;
  } catch {
    return false;
  }
}

async function joinCluster(cluster: GaleraClusterInputs, node: HostHandle): Promise<void> {
  await startNode(cluster, node);
  await untilSynced(cluster, node);
}

/** A synced node. @throws Error when there is none */
async function syncedNode(cluster: GaleraClusterInputs): Promise<HostHandle> {
  const states = await statuses(cluster);
  const node = cluster.nodes.find((_, index) => states[index]?.synced);
  if (!node) throw new Error("no database node is synced; run `up` again");
  return node;
}

async function applyAccounts(cluster: GaleraClusterInputs): Promise<void> {
  const node = await syncedNode(cluster);
  const { code, stderr } = await runInHost(node, client(cluster), { input: cluster.accounts, accept: "any" });
  if (code !== 0)
    throw new Error(
      `${node.name} does not accept the accounts: ${withoutStatement(stderr) || `exit code ${code}`}`,
    );
}

/** What the client says of schema.sql, by that file's own line. Nothing in it is secret. */
export function schemaProblem(said: string): string {
  const [, error, line, why] =
    /^(ERROR \d+(?: \(\w+\))?) at line (\d+): ((?:.|\n)*)/m.exec(said.trim()) ?? [];
  return error === undefined ? `schema.sql: ${said.trim()}` : `schema.sql, line ${line}: ${error}: ${why}`;
}

async function applySchema(cluster: GaleraClusterInputs): Promise<void> {
  const { schema } = cluster;
  if (schema === null) return;
  const node = await syncedNode(cluster);
  const argv = [...client(cluster), `--database=${schema.database}`];
  try {
    const { code, stderr } = await runInHost(node, argv, {
      input: schema.sql,
      accept: "any",
      timeout: schema.seconds * 1000,
    });
    if (code !== 0) throw new Error(schemaProblem(stderr));
  } catch (error) {
    if (!(error instanceof CommandLate)) throw error;
    throw new Error(
      `schema.sql has not ended within ${schema.seconds} s; what the database has begun goes on. Run \`up\` again when it has ended, or with a larger foobar:database.schemaSeconds`,
    );
  }
}

export const galeraCluster: Kind<GaleraClusterInputs> = {
  type: "onebox:index:GaleraCluster",
  ...keptWhole(inputs),
  replaceOn: ["service", "dataDirectory"],
  id: ({ nodes }) => `${nodes[0]?.sandbox.directory ?? ""}/database`,

  async ensure(cluster) {
    const before = await statuses(cluster);
    if (!before.some(({ primary }) => primary)) {
      await ensureData(cluster);
      if (!(await recoversByItself(cluster))) await startCluster(cluster);
    }
    await untilSynced(cluster, ...cluster.nodes);
    await applyAccounts(cluster);
    await applySchema(cluster);
    const states = await statuses(cluster);
    const away = cluster.nodes.filter((_, index) => !states[index]?.synced);
    // Nodes with data fetch the little they missed, all at once; those without need everything, one after the other,
    // since joiners that ask for all at the same time hold each other up (measured: twice as long).
    const [filled, empty] = [true, false].map((has) => away.filter((node) => hasData(cluster, node) === has));
    await Promise.all((filled ?? []).map((node) => joinCluster(cluster, node)));
    for (const node of empty ?? []) await joinCluster(cluster, node);
    await Promise.all(cluster.nodes.map((node) => upgradeSystemTables(node, cluster.socket)));
    return {};
  },

  async observe(cluster) {
    const states = await statuses(cluster);
    if (!states.some(({ primary }) => primary)) return ["there is no primary component"];
    return cluster.nodes
      .filter((_, index) => !states[index]?.synced)
      .map(({ name }) => `${name} is not synced`);
  },

  async remove(cluster) {
    for (const node of cluster.nodes) if (hostProc(node) !== null) await stopNode(cluster, node);
  },
};
