/** Every pair of hosts: what the matrix permits connects, what it does not is refused. */
import assert from "node:assert/strict";
import { z } from "zod";
import { ports } from "../../../hosts/ports.ts";
import { until } from "../../../provider/system.ts";
import { query } from "../support/prometheus.ts";
import type { TestStack } from "../support/stack.ts";

/** Ports that daemons listen on somewhere, and a few where nothing ever should. */
const sample: readonly number[] = [...new Set([...Object.values(ports), 22, 25, 53, 8000, 31337])];

/**
 * Tries TCP connections from inside a host: `connected`; `closed`, when nothing listens but the packet came through;
 * `denied`, when it was dropped here or there.
 */
const probeScript = (targets: readonly (readonly [string, number])[]) => `
import { connect } from "node:net";
const probe = ([host, port]) => new Promise((done) => {
  const socket = connect({ host, port });
  const end = (result) => { socket.destroy(); done([host, port, result]); };
  socket.setTimeout(1500, () => end("denied"));
  socket.once("connect", () => end("connected"));
  socket.once("error", (error) => end(error.code === "ECONNREFUSED" ? "closed" : "denied"));
});
console.log(JSON.stringify(await Promise.all(${JSON.stringify(targets)}.map(probe))));
`;

const probed = z.array(z.tuple([z.string(), z.number(), z.enum(["connected", "closed", "denied"])]));

async function probe(stack: TestStack, from: string, targets: readonly (readonly [string, number])[]) {
  const { stdout } = await stack.inHost(from, "exec /run/node/bin/node --input-type=module", {
    input: probeScript(targets),
  });
  return new Map(
    probed.parse(JSON.parse(stdout)).map(([host, port, result]) => [`${host}:${port}`, result] as const),
  );
}

/** Declares the tests. */
export function firewall(stack: () => TestStack, hosts: readonly string[]): void {
  describe("the firewalls", () => {
    for (const from of hosts) {
      it(`let ${from} reach what the matrix says and nothing else`, async () => {
        const permitted = stack().outputs.firewallMatrix.filter(
          (row) => row.from === from && row.port.startsWith("tcp/"),
        );
        const others = hosts.filter((host) => host !== from);
        const all = others.flatMap((to) => sample.map((port) => [to, port] as const));
        const results = await probe(stack(), from, all);
        for (const [to, port] of all) {
          const result = results.get(`${to}:${port}`);
          const row = permitted.find((one) => one.to === to && one.port === `tcp/${port}`);
          if (row) assert.notEqual(result, "denied", `${from} → ${to}:${port} (${row.why})`);
          else assert.equal(result, "denied", `${from} → ${to}:${port} is not in the matrix`);
        }
      });
    }

    it("count and log what they refuse", async () => {
      const refused = async () => {
        const { stdout } = await stack().inHost("monitor", "nft list counter inet firewall denied_out");
        return Number(/packets (\d+)/.exec(stdout)?.[1]);
      };
      const before = await refused();
      await probe(stack(), "monitor", [["db-1", 31337]]);
      assert.ok((await refused()) > before, "the counter did not move");
      await until("the log line", 10_000, async () => {
        const { stdout } = await stack().inHost("monitor", "cat /run/host/log/own/firewall/*");
        return stdout.includes("31337") ? null : "no line names port 31337";
      });
      const flow = '{source="monitor",destination="db-1",protocol="tcp",port="other"}';
      await until("the flow in the metrics", 60_000, async () => {
        const found = await query(stack(), `firewall_denied_flow_packets_total${flow} > 0`);
        return found.length === 1 ? null : `${found.length} series`;
      });
    });
  });
}
