/** What somebody who has taken over a service can do on its host: tried as each service of each host, with its own rights. */
import assert from "node:assert/strict";
import { homedir } from "node:os";
import { z } from "zod";
import { projectRoot } from "../../../tools/paths.ts";
import type { TestStack } from "../support/stack.ts";

/** Bit → Linux's name, of the capabilities that any service keeps (capabilities(7)). */
const names: Readonly<Record<number, string>> = {
  0: "chown",
  1: "dac_override",
  2: "dac_read_search",
  3: "fowner",
  12: "net_admin",
  13: "net_raw",
};

/** Host's service → what it keeps; every other service keeps nothing. */
const keepers: Readonly<Record<string, readonly string[]>> = {
  keepalived: ["net_admin", "net_raw"],
  "firewall-log": ["net_admin"],
  "host-metrics": ["chown", "dac_override", "dac_read_search", "fowner", "net_admin"],
  "database-guard": ["dac_read_search"],
};

/** Commands that must fail for everybody. */
const forbidden = [
  "umount /usr",
  "umount -l /proc",
  "umount -l /run/host",
  "mount -t tmpfs tmpfs /tmp",
  "mount --bind /usr /tmp",
  "unshare --mount true",
  "nsenter --target 1 --mount true",
  "nsenter --target 1 --net true",
  "chroot / true",
  "mknod /tmp/disk b 8 0",
  "touch /usr/x",
  "touch /etc/x",
  "touch /run/node/x",
  `ls '${homedir()}'`,
  `ls '${projectRoot}'`,
  "ls /old /run/stack /run/hosts",
  "find / -xdev -type f -perm /6000 | grep .",
];

/** Commands that must fail for a service that is not root of its host. */
const forbiddenToServices = [
  "touch /run/host/etc/x",
  "touch /run/host/services/x",
  "touch /run/host/system/x",
  "touch /run/scan/x",
  "touch /x",
  "touch /run/x",
  "touch /var/x",
  "touch /dev/x",
  "echo 1 >/proc/sys/net/ipv4/ip_nonlocal_bind",
  "ln -sf /etc/passwd /run/host/log/$service/planted",
];

/** Prints a line of JSON for a service's process, and one for each command that succeeds with its rights. */
const script = (service: string, capabilities: readonly string[], tries: readonly string[]) => {
  const kept = ["-all", ...capabilities.map((name) => `+${name}`)].join(",");
  return `service=${service}
pid=$(s6-svstat -o pid /run/scan/$service)
status() { sed -n "s/^$1:[[:space:]]*\\([0-9a-f]*\\).*/\\1/p" /proc/$pid/status; }
echo "{\\"uid\\":$(status Uid),\\"bounding\\":\\"$(status CapBnd)\\",\\"effective\\":\\"$(status CapEff)\\",\\"locked\\":$(status NoNewPrivs)}"
as=
[ $(status Uid) = 0 ] || as="--reuid $(status Uid) --regid $(status Gid) --clear-groups"
nsenter --target $pid --mount -- env service=$service setpriv $as --no-new-privs --securebits +noroot,+noroot_locked \\
  --inh-caps ${kept} --ambient-caps ${kept} --bounding-set ${kept} -- sh <<'END' 2>/dev/null
${tries.map((command) => `if ( ${command} ) >/dev/null 2>&1; then echo '${command.replaceAll("'", `'\\''`)}'; fi`).join("\n")}
END
exit 0`;
};

const process = z.object({
  uid: z.int(),
  bounding: z.string(),
  effective: z.string(),
  locked: z.literal(1),
});

function namesOf(hexadecimal: string): readonly string[] {
  const bits = BigInt(`0x${hexadecimal}`);
  const set = Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (bits >> BigInt(bit)) & 1n);
  return set.map((bit) => names[bit] ?? `capability ${bit}`).sort();
}

/** Declares the tests. */
export function confinement(stack: () => TestStack, hosts: readonly string[]): void {
  describe("a service that was taken over", () => {
    for (const host of hosts)
      it(`has no right on ${host} but its own, and sees nothing of the machine or of other hosts`, async () => {
        const { stdout } = await stack().inHost(host, "ls /run/scan");
        const services = stdout.split("\n").filter((name) => name !== "");
        assert.ok(services.length > 4, stdout);
        for (const service of services) {
          const kept = keepers[service] ?? [];
          const isRoot = service in keepers && service !== "firewall-log";
          const tries = [
            ...forbidden,
            ...(isRoot ? [] : forbiddenToServices),
            ...(kept.includes("net_admin") ? [] : ["nft flush ruleset", "ip link set eth0 down"]),
          ];
          const said = await stack().inHost(host, script(service, kept, tries));
          const [first = "", ...succeeded] = said.stdout.split("\n").filter((line) => line !== "");
          const { bounding, effective } = process.parse(JSON.parse(first));
          assert.deepEqual(
            [namesOf(bounding), namesOf(effective)],
            [[...kept].sort(), [...kept].sort()],
            `${host}/${service}`,
          );
          assert.deepEqual(succeeded, [], `${host}/${service}`);
        }
      });
  });
}
