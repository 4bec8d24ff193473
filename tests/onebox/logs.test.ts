/** Logs in one place, and copies of logs and metrics for Sumo Logic, on the smallest topology. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { until } from "../../provider/system.ts";
import { ask, keepAlive } from "../../tools/drills/http.ts";
import { projectRoot } from "../../tools/paths.ts";
import { Sink } from "../support/sink.ts";
import { familyOf } from "./support/machine.ts";
import { smallTopology, TestStack } from "./support/stack.ts";

const name = "test-logs";
const token = "ZaVnC4dhaV1-a-token-of-a-test==";
/** Longest that lines or counters may take to come through: several batches, and the longest pause. */
const patience = 150_000;

/** Requests that one visitor may send in ten seconds. */
const requestsPer10s = 200;
/**
 * Requests of an outage of ten minutes in which a visitor never stops. Queues count lines and bytes, and nothing in
 * them grows old: so what is sent within a minute fills them as ten minutes would.
 */
const requestsOfTenMinutes = requestsPer10s * 60;
/** Visitors, each at an address of its own, who share those: none reaches its limit. */
const visitors = 60;

const answer = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});

/** Files below a folder. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe("logs", function () {
  this.timeout(600_000);
  let stack: TestStack;
  let sink: Sink;
  const folder = () => join(projectRoot, stack.directory);
  const hosts = smallTopology.map((server) => server.name);

  before(async () => {
    sink = await Sink.open();
    stack = await TestStack.make(name, {
      servers: smallTopology,
      limits: { requestsPer10s },
      monitoring: {
        scrapeSeconds: 2,
        sumoLogic: `https://localhost:${sink.port}/receiver/v1/http/${token}`,
        sumoLogicCa: sink.certificate,
      },
    });
    await stack.up();
  });

  /** Asks for pages whose address holds a word and a number, from so many addresses of visitors at equal parts. */
  async function visit(word: string, count: number, addresses = 1): Promise<void> {
    let number = 0;
    const agent = keepAlive(addresses);
    const visitor = async (_: unknown, index: number) => {
      for (let left = count / addresses; left > 0; left -= 1) {
        number += 1;
        const path = `/?${word}=${number}.`;
        const { status } = await ask(stack.site, { path, agent, from: `127.0.1.${index + 1}` });
        assert.equal(status, 200);
      }
    };
    await Promise.all(Array.from({ length: addresses }, visitor));
    agent.destroy();
  }

  /** Value of a Prometheus query that gives one number; null where there is none yet. */
  async function numberFrom(query: string): Promise<number | null> {
    const path = `/prometheus/api/v1/query?query=${encodeURIComponent(query)}`;
    const { body } = await ask(stack.dashboards, { path });
    const [first] = answer.parse(JSON.parse(body)).data.result;
    return first === undefined ? null : Number(first.value[1]);
  }

  /** Numbers that lines tell of a word, as often as they do. */
  const numbersIn = (lines: readonly string[], word: string) =>
    lines.flatMap((line) => new RegExp(`${word}=(\\d+)\\.`).exec(line)?.[1] ?? []);

  /** Numbers that are missing among those that lines tell of a word. */
  const missing = (lines: readonly string[], word: string, count: number) => {
    const told = new Set(numbersIn(lines, word));
    return Array.from({ length: count }, (_, index) => String(index + 1)).filter((one) => !told.has(one));
  };

  const collected = (host: string) =>
    filesIn(join(folder(), "hosts/monitor/data/logs", host))
      .map((path) => readFileSync(path, "utf8"))
      .join("")
      .split("\n");

  it("of every host are on the monitor, under the host's own name", async () => {
    await visit("collected", 20);
    await until("the collected lines", patience, () => {
      const left = ["lb-1", "web-1"].map((host) => missing(collected(host), "collected", 20).join());
      return left.join("") === "" ? null : `missing: ${left.join(" / ")}`;
    });
    for (const host of hosts)
      for (const line of collected(host).filter((text) => text !== ""))
        assert.match(line, new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+\\+00:00 ${host} [a-z/-]+ `));
    const access = collected("web-1").find((line) => line.includes("collected=1."));
    assert.doesNotThrow(() => JSON.parse(access?.replace(/^\S+ \S+ web\/access /, "") ?? ""));
  });

  it("go to the monitor by certificate alone", async () => {
    const { code } = await stack.inHost(
      "web-1",
      "curl --silent --max-time 5 --insecure --tlsv1.3 https://monitor:6514/ </dev/null; [ $? -ne 0 ]",
      { accept: "any" },
    );
    assert.equal(code, 0, "a caller without a certificate was let in");
  });

  it("and metrics reach Sumo Logic with its headers", async () => {
    await until("metrics at the sink", patience, () =>
      sink.linesOf(`${name}/metrics`).some((line) => line.startsWith("signal_")) ? null : "none",
    );
    const [metrics] = sink.taken.filter(({ headers }) => headers["x-sumo-category"] === `${name}/metrics`);
    assert.equal(metrics?.path, `/receiver/v1/http/${token}`);
    assert.equal(metrics?.headers["content-type"], "application/vnd.sumologic.prometheus");
    assert.equal(metrics?.headers["x-sumo-dimensions"], `stack=${name}`);
    assert.equal(metrics?.headers.host, `localhost:${sink.port}`);
    const sample =
      /^[a-zA-Z_:][\w:]*(\{([a-zA-Z_]\w*="(\\.|[^"\\])*",?)*\})? ([+-]?[\d.]+(e[+-]?\d+)?|NaN|[+-]Inf) \d{13}$/;
    for (const line of sink.linesOf(`${name}/metrics`)) assert.match(line, sample);
    for (const host of hosts)
      await until(`metrics of ${host}`, patience, () =>
        sink.linesOf(`${name}/metrics`).some((line) => line.includes(`host="${host}"`)) ? null : "none",
      );
    await until("access lines at the sink", patience, () => {
      const left = [
        missing(sink.linesOf(`${name}/web/access`), "collected", 20),
        missing(sink.linesOf(`${name}/balancer/access`), "collected", 20),
      ].flat();
      return left.length === 0 ? null : `${left.length} are missing`;
    });
    const [access] = sink.taken.filter(({ headers }) => headers["x-sumo-category"] === `${name}/web/access`);
    assert.equal(access?.headers["x-sumo-host"], "web-1");
    assert.equal(access?.headers["x-sumo-name"], "access");
    for (const line of access?.lines ?? []) assert.doesNotThrow(() => JSON.parse(line), line);
  });

  it("lose and repeat no line of an outage of ten minutes, in which Sumo Logic refuses and then is away", async () => {
    const queued = 'sum(log_lines_queued{host="monitor",destination=~"sumo_.*"})';
    const dropped = 'sum(log_lines_dropped_total{destination=~"sumo_.*"})';
    const half = requestsOfTenMinutes / 2;
    const words = ["refused", "away"];
    sink.refuses = true;
    await visit("refused", half, visitors);
    await until("refusals", patience, () => (sink.refusals.length >= 2 ? null : `${sink.refusals.length}`));
    await sink.close();
    await visit("away", half, visitors);
    // A line at the balancer and one at the web server each.
    await until("the queue in the metrics", patience, async () => {
      const count = await numberFrom(queued);
      return count !== null && count >= 2 * requestsOfTenMinutes ? null : `${count} lines wait`;
    });
    for (const word of words) assert.deepEqual(numbersIn(sink.linesOf(`${name}/web/access`), word), []);
    sink.refuses = false;
    await sink.listen();
    for (const tier of ["web", "balancer"])
      for (const word of words) {
        const lines = () => sink.linesOf(`${name}/${tier}/access`);
        await until(`every line of ${tier} while ${word}`, patience, () => {
          const left = missing(lines(), word, half);
          return left.length === 0 ? null : `${left.length} are missing`;
        });
        assert.equal(numbersIn(lines(), word).length, half, `${tier} repeats lines while ${word}`);
      }
    await until("an empty queue in the metrics", patience, async () => {
      const count = await numberFrom(queued);
      return count !== null && count < 100 ? null : `${count} lines wait`;
    });
    assert.equal(await numberFrom(dropped), 0);
  });

  it("leave by the monitor and the gateway alone", async () => {
    const out = stack.outputs.firewallMatrix.filter(({ to }) => to === "services");
    assert.deepEqual(
      out.map(({ from, port }) => `${from} ${port}`),
      ["monitor tcp/443"],
    );
    const { code } = await stack.inHost(
      "web-1",
      "curl --silent --max-time 5 --insecure https://gateway/ >/dev/null; [ $? -ne 0 ]",
      { accept: "any" },
    );
    assert.equal(code, 0, "a web server reached the way out");
  });

  it("hold no secret, and neither does a process's command line", async () => {
    const etc = filesIn(join(folder(), "hosts")).filter((path) => path.includes("/etc/"));
    const keys = etc
      .map((path) => /BEGIN [A-Z ]*PRIVATE KEY-----\n(\S{40,})/.exec(readFileSync(path, "utf8"))?.[1])
      .filter((line) => line !== undefined);
    const secrets = [token, ...new Set(keys), stack.sitePassword("web-1")];
    assert.ok(keys.length >= hosts.length);
    const logs = filesIn(join(folder(), "hosts")).filter((path) => /\/(log|data\/logs)\//.test(path));
    assert.ok(logs.length > hosts.length);
    for (const path of logs) {
      const text = readFileSync(path, "utf8");
      assert.deepEqual(
        secrets.filter((secret) => text.includes(secret)).map((secret) => secret.slice(0, 4)),
        [],
        path,
      );
    }
    const commands = familyOf(stack.sandboxPid).map(({ command }) => command);
    assert.ok(commands.some((command) => command.includes("socat")));
    assert.ok(!commands.some((command) => secrets.some((secret) => command.includes(secret))));
    const holders = etc.filter((path) => readFileSync(path, "utf8").includes(token));
    assert.deepEqual(
      holders.map((path) => [path.slice(folder().length), statSync(path).mode & 0o777]),
      [["/hosts/monitor/etc/sumo/haproxy.cfg", 0o600]],
    );
    assert.ok(!stack.stateText().includes(token), "the state shows the token");
  });

  after(async () => {
    await stack?.destroy();
    await sink?.close();
  });
});
