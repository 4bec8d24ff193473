/** What outsiders' tools say of a whole stack that runs: sslyze of its TLS, nmap of its firewalls. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ports } from "../../hosts/ports.ts";
import { hostProc } from "../../provider/enter.ts";
import { requireSandbox } from "../../provider/handles.ts";
import { packagedCommand } from "../../tools/packages/command.ts";
import { run } from "../../tools/run.ts";
import { fullTopology, TestStack } from "../onebox/support/stack.ts";
import { auditors } from "./support/python.ts";

/** Where nmap's libraries are: Debian's alternatives link to them, by scripts that unpacking does not run. */
const alternatives = ["x86_64", "aarch64"].flatMap((machine) =>
  ["blas", "lapack"].map((library) => `/usr/lib/${machine}-linux-gnu/${library}`),
);

/** Well-known ports, every one of the project's, and the neighbourhood in which daemons choose others. */
const range = ["1-1024", "8000-10100", ...Object.values(ports).filter((port) => port > 1024)];

/**
 * What nmap's greppable form says is not filtered: a connection came through the firewalls, whether or not anybody
 * listens there. @returns address → ports
 */
function reached(text: string): ReadonlyMap<string, readonly number[]> {
  return new Map(
    [...text.matchAll(/^Host: (\S+) .*?Ports: ([^\t\n]*)/gm)].map(([, address = "", list = ""]) => [
      address,
      [...list.matchAll(/(\d+)\/(?:open|closed)\//g)].map(([, port]) => Number(port)).sort((a, b) => a - b),
    ]),
  );
}

/** What puts a program of this machine into a host's network, and into nothing else of it. */
function inNetworkOf(stack: TestStack, name: string): readonly string[] {
  const live = requireSandbox(stack.directory);
  const user = live.rootless ? [`--user=/proc/${live.pid}/ns/user`, "--preserve-credentials"] : [];
  return ["nsenter", ...user, `--net=${hostProc(stack.host(name))}/ns/net`, "--"];
}

describe("a stack, seen by others' tools", function () {
  this.timeout(900_000);
  let made: TestStack | null = null;
  const stack = (): TestStack => {
    assert.ok(made, "the stack is not up");
    return made;
  };
  const folder = mkdtempSync(join(tmpdir(), "foobar-audit-"));

  before(async () => {
    made = await TestStack.make("test-audit", { servers: fullTopology });
    await made.up();
  });

  after(async () => {
    await made?.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const what of ["site", "dashboards"] as const) {
    it(`sslyze: the ${what} keep to Mozilla's intermediate profile, with the stack's authority trusted`, async () => {
      const { name, port, ca } = stack()[what];
      const authority = join(folder, "authority.pem");
      writeFileSync(authority, ca);
      const { code, stdout, stderr } = await run(
        [
          join(await auditors(), "sslyze"),
          "--mozilla_config=intermediate",
          `--certinfo_ca_file=${authority}`,
          `${name}:${port}{127.0.0.1}`,
        ],
        { env: process.env },
      );
      assert.equal(code, 0, `${stdout}${stderr}`);
      assert.match(stdout, /OK - Compliant/);
    });
  }

  for (const { name: from } of fullTopology) {
    it(`nmap: ${from} reaches what the matrix says and nothing else`, async () => {
      const others = fullTopology.map(({ name }) => name).filter((name) => name !== from);
      const { stdout: hosts } = await stack().inHost(
        from,
        `getent ahostsv4 ${others.join(" ")} | grep STREAM`,
      );
      const addresses = new Map(
        [...hosts.matchAll(/^(\S+)\s+STREAM (\S+)$/gm)].map(([, address = "", name = ""]) => [name, address]),
      );
      assert.deepEqual([...addresses.keys()], others);
      const scan = [
        ...["env", `LD_LIBRARY_PATH=${alternatives.join(":")}`, "nmap"],
        ...["-sT", "-n", "-Pn", "-oG", "-"],
        ...["--max-retries", "1", "--initial-rtt-timeout", "200ms", "--max-rtt-timeout", "200ms"],
        ...["--min-parallelism", "400", "-p", range.join(",")],
        ...addresses.values(),
      ];
      const { code, stdout, stderr } = await run([...inNetworkOf(stack(), from), ...packagedCommand(scan)]);
      assert.equal(code, 0, stderr);
      const found = reached(stdout);
      assert.match(stdout, new RegExp(`\\(${others.length} hosts up\\)`));
      for (const to of others) {
        const permitted = stack()
          .outputs.firewallMatrix.filter(
            (row) => row.from === from && row.to === to && row.port.startsWith("tcp/"),
          )
          .map(({ port }) => Number(port.slice("tcp/".length)))
          .sort((a, b) => a - b);
        assert.deepEqual(found.get(addresses.get(to) ?? "") ?? [], permitted, `${from} → ${to}`);
      }
    });
  }
});
