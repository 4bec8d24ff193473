/**
 * A database host whose disk fills. The machine's own disk is never touched: for the drill the host's database gets a
 * small file system of its own, a tmpfs in the host's mount namespace. That needs neither root (a quota or a loop
 * device would) nor a limit on the process (RLIMIT_FSIZE ends it by a signal, and is another error than a full disk);
 * the kernel gives the database the very ENOSPC of a full disk, and the monitor sees a full file system. What lies
 * below stays as it was: a host that ends in the middle comes back with it and fetches what it missed.
 */
import { readFileSync } from "node:fs";
import { roomMiB } from "../../hosts/mariadb/guard.ts";
import { until } from "../../provider/system.ts";
import { alertsOf } from "../onebox/prometheus.ts";
import { namesOf } from "../onebox/stack.ts";
import type { Scene } from "./drill.ts";
import { inHost, sqlInHost, untilDatabaseWhole, writerOf } from "./hosts.ts";

/** Of the database, within a host. */
const folder = "/run/host/data/mariadb";
const service = "/run/scan/mariadb";
/** What is written until nothing more fits. */
const filler = `${folder}/filler`;

/**
 * MiB beyond the data and what the guard wants free: so much can be written before it acts. Enough for a server that left
 * the cluster to fetch everything once there is room again: that took 135 MiB beyond the data of a small site (measured).
 */
const spareMiB = 160;

const stop = `s6-svc -wD -T 60000 -d ${service}`;
const start = `s6-svc -u ${service}`;

/** Made aside and moved over the folder when it is whole. */
const limitScript = `set -e
${stop}
used=$(du -sm ${folder} | cut -f 1)
mkdir -p /run/limited
mount -t tmpfs -o "size=$((used + ${roomMiB + spareMiB}))m" tmpfs /run/limited
cp -a ${folder}/. /run/limited/
chown --reference=${folder} /run/limited
chmod --reference=${folder} /run/limited
mount --move /run/limited ${folder}
${start}`;

/** Never on the machine's own disk. */
const fillScript = `mountpoint -q ${folder} && cat /dev/zero >${filler}`;
const freeScript = `rm -f ${filler}`;

/** From any point of the drill. */
const unlimitScript = `if mountpoint -q /run/limited || mountpoint -q ${folder}; then
  ${stop}
  for place in /run/limited ${folder}; do ! mountpoint -q $place || umount $place; done
fi
${start}`;

/** MiB that the small file system may take, in memory, with the data of a small site. */
const memoryMiB = 1024;

function refuseWithoutMemory(): void {
  const available = Number(/^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1]);
  if (available < memoryMiB * 1024)
    throw new Error(
      `the small disk is kept in memory: ${memoryMiB} MiB must be free, ${Math.floor(available / 1024)} are`,
    );
}

/** Makes a node the writer: the others refuse writes until it is. */
async function makeWriter({ live, databases, author }: Scene, node: string): Promise<void> {
  const others = databases.filter((name) => name !== node);
  const refuse = (state: "ON" | "OFF") =>
    Promise.all(others.map((name) => sqlInHost(live.directory, name, `SET GLOBAL read_only=${state}`)));
  try {
    await refuse("ON");
    await until(`${node} as the writer`, 30_000, async () => {
      const writer = await writerOf(live.site, author).catch(String);
      return writer === node ? null : writer;
    });
  } finally {
    await refuse("OFF");
  }
}

/** Waits until the monitor knows of a full disk; the alert itself is sent once that has lasted (docs/runbook.md). */
async function untilNoticed({ live, stack }: Scene, node: string): Promise<void> {
  const [monitor] = namesOf(stack, "monitor");
  await until(`the alert DiskFills of ${node}`, 120_000, async () => {
    const alerts = (await alertsOf(live.directory, monitor)) ?? [];
    return alerts.some(({ name, host }) => name === "DiskFills" && host === node)
      ? null
      : `the monitor knows of ${alerts.map(({ name }) => name).join(", ") || "nothing"}`;
  });
}

/** Fills the disk of the node that takes the writes. */
export async function fillDiskOfWriter(scene: Scene): Promise<void> {
  const { live, databases, author, say } = scene;
  const { directory, site } = live;
  refuseWithoutMemory();
  const node = await writerOf(site, author);
  scene.undo(async () => {
    await inHost(directory, node, unlimitScript, { timeout: 90_000 });
  });
  say(`${node} gets a small disk of its own`);
  await inHost(directory, node, limitScript, { timeout: 120_000 });
  await untilDatabaseWhole(directory, databases);
  await makeWriter(scene, node);
  say(`the disk of ${node}, the writer, fills`);
  await inHost(directory, node, fillScript, { accept: "any" });
  await until("another writer", 30_000, async () => {
    const writer = await writerOf(site, author).catch(String);
    return writer !== node && databases.includes(writer) ? null : writer;
  });
  await scene.served(100);
  await untilNoticed(scene, node);
  say(`the others go on, and the monitor knows; space on ${node} is freed`);
  await inHost(directory, node, freeScript);
  await untilDatabaseWhole(directory, databases);
}
