/** Every drill of a stack on this machine. */
import { listBackups, makeBackup, restoreBackup } from "../../provider/databaseBackups.ts";
import { databaseOf } from "../database.ts";
import { withLock } from "../pulumi/locks.ts";
import type { Drill, Scene } from "./drill.ts";
import { fillDiskOfWriter } from "./fullDisk.ts";
import { inHost, setLink, signalService, untilOneBalancer, writerOf } from "./hosts.ts";
import { keysToReplace } from "./replace.ts";

const several = (names: readonly string[], what: string) =>
  names.length > 1 ? undefined : `it needs two ${what} at least`;

const kill = (scene: Scene, host: string, service: string) => {
  scene.say(`SIGKILL to ${service} on ${host}`);
  return signalService(scene.live.directory, host, service, "KILL");
};

/** Signals every process of a host's web server. */
const signalAll = (signal: "STOP" | "CONT") => `kill -${signal} -- "-$(cat /run/scan/web/group)"`;

/** Held for less than the balancers' health check waits (1 s), so that it stays in service, slow. */
const holdScript = `for round in $(seq 30); do
  ${signalAll("STOP")}; sleep 0.4; ${signalAll("CONT")}; sleep 0.1
done`;

/** The last web server: of several, the others serve. */
const lastWeb = ({ webs }: Scene) => webs.at(-1) ?? "";

/** `up` that makes some resources anew. @throws Error when it fails */
async function upReplacing({ up, say }: Scene, urns: readonly string[]): Promise<void> {
  say(`\`up\` makes ${urns.length} resources anew`);
  const code = await up(urns.flatMap((urn) => ["--replace", urn]));
  if (code !== 0) throw new Error(`\`up\` ended with code ${code}`);
}

/** Every drill, in the order of the help. */
export const drills: readonly Drill[] = [
  {
    name: "kill-web",
    what: "ends the web server of one host at once",
    why: "the balancers send its requests to the others; no visitor notices",
    promised: { everyRequest: true, seconds: 5 },
    needs: ({ webs }) => several(webs, "web servers"),
    act: async (scene) => {
      await kill(scene, lastWeb(scene), "web");
      return undefined;
    },
  },
  {
    name: "slow-web",
    what: "holds one web server for 400 of every 500 ms, for 15 s",
    why: "a slow server is as bad as a dead one: it gets less to do, or nothing",
    promised: { everyRequest: true, seconds: 5 },
    needs: ({ webs }) => several(webs, "web servers"),
    act: async (scene) => {
      const host = lastWeb(scene);
      const { directory } = scene.live;
      scene.undo(async () => {
        await inHost(directory, host, signalAll("CONT"), { accept: "any" });
      });
      scene.say(`${host} is held again and again`);
      await inHost(directory, host, holdScript);
      return undefined;
    },
  },
  {
    name: "kill-balancer",
    what: "ends the active balancer at once",
    why: "the virtual address moves to the other balancer",
    promised: { everyRequest: false, seconds: 5 },
    needs: ({ balancers }) => several(balancers, "balancers"),
    act: async (scene) => {
      await kill(scene, await untilOneBalancer(scene.live.directory, scene.balancers), "balancer");
      return undefined;
    },
  },
  {
    name: "kill-writer",
    what: "ends the database node that takes the writes at once",
    why: "another node takes them; what was acknowledged is on all of them",
    promised: { everyRequest: false, seconds: 15 },
    needs: ({ databases }) => several(databases, "database nodes"),
    act: async (scene) => {
      await kill(scene, await writerOf(scene.live.site, scene.author), "mariadb");
      return undefined;
    },
  },
  {
    name: "partition-writer",
    what: "cuts the database node that takes the writes off from the network",
    why: "it must not go on alone: the majority does, and it joins again afterwards",
    promised: { everyRequest: false, seconds: 15 },
    needs: ({ databases }) =>
      databases.length > 2 ? undefined : "it needs three database nodes: of two, none is a majority",
    act: async (scene) => {
      const { directory, site } = scene.live;
      const writer = await writerOf(site, scene.author);
      scene.undo(() => setLink(directory, writer, "up"));
      scene.say(`the link of ${writer} goes down`);
      await setLink(directory, writer, "down");
      await scene.served(100);
      return undefined;
    },
  },
  {
    name: "full-outage",
    what: "ends every database node at once",
    why: "what was acknowledged is on disk, and the nodes find each other again by themselves",
    promised: { everyRequest: false, seconds: 60 },
    act: async (scene) => {
      await Promise.all(scene.databases.map((node) => kill(scene, node, "mariadb")));
      return undefined;
    },
  },
  {
    name: "disk-full",
    what: "fills the disk of the database node that takes the writes, a small one that it gets for the drill",
    why: "a node without room must not go on as the writer; it is back when there is room again",
    promised: { everyRequest: false, seconds: 15 },
    needs: ({ databases }) =>
      databases.length > 2 ? undefined : "it needs three database nodes: of two, none is a majority",
    act: async (scene) => {
      await fillDiskOfWriter(scene);
      return undefined;
    },
  },
  {
    name: "restore-backup",
    what: "makes a backup, lets visitors go on writing, and puts the backup back",
    why: "a backup is worth what its restore is: every write from before it is there",
    promised: { everyRequest: false, seconds: 180 },
    act: async (scene) => {
      const cluster = await databaseOf(scene.stack.name, scene.stack.env);
      const before = scene.acknowledged();
      const { node, name } = await makeBackup(cluster, scene.say);
      await scene.served(50);
      const backup = listBackups(cluster).find((one) => one.node === node && one.name === name);
      if (!backup) throw new Error(`the backup ${node}/${name} is not there`);
      const { aside } = await withLock(scene.stack.name, () => restoreBackup(cluster, backup, scene.say));
      scene.say(`what was written after the backup is kept aside: ${aside.join(", ")}`);
      return before;
    },
  },
  {
    name: "rotate-certificates",
    what: "makes the key and the certificate of every host anew",
    why: "daemons take them up one after the other, and nobody notices",
    promised: { everyRequest: true, seconds: 30 },
    needs: ({ webs }) => several(webs, "web servers"),
    act: async (scene) => {
      await upReplacing(scene, await keysToReplace(scene.stack, "certificates"));
      return undefined;
    },
  },
  {
    name: "rotate-passwords",
    what: "changes the application's database password",
    why: "the former one stays valid until the next change, so that servers take up the new one in turn",
    promised: { everyRequest: true, seconds: 30 },
    needs: ({ webs }) => several(webs, "web servers"),
    act: async (scene) => {
      await upReplacing(scene, await keysToReplace(scene.stack, "passwords"));
      return undefined;
    },
  },
];
