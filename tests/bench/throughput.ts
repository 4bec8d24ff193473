/** Requests a second through the stack's whole chain, beside the same daemons started by hand. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { layoutUnder } from "../../hosts/layout.ts";
import { tlsPaths } from "../../hosts/tlsFiles.ts";
import { hostProc } from "../../provider/enter.ts";
import { hostFolder } from "../../provider/handles.ts";
import { untilOneBalancer } from "../../tools/drills/hosts.ts";
import { packagedCommand } from "../../tools/packages/command.ts";
import { run } from "../../tools/run.ts";
import type { TestStack } from "../onebox/support/stack.ts";
import { costOfRequest } from "./cost.ts";
import { columns, median, type Section } from "./figures.ts";
import { handChainFiles, handGatewayUrl, handUrl } from "./handChain.ts";
import { type Load, parseWrk } from "./wrk.ts";

/** As FACTS of the prototype were measured: 32 kept connections. */
const connections = 32;
const roundSeconds = 5;
/** The chains take turns, so that a slow moment of the machine meets all of them. */
const rounds = 3;

/** One chain and where its client stands. */
interface Way {
  readonly name: string;
  readonly url: string;
  /** File of the client's network namespace; null for the machine's own. */
  readonly network: string | null;
}

async function load(stack: TestStack, { url, network }: Way, seconds = roundSeconds): Promise<Load> {
  const user =
    process.getuid?.() === 0 ? [] : [`--user=/proc/${stack.sandboxPid}/ns/user`, "--preserve-credentials"];
  const enter = network === null ? [] : ["nsenter", ...user, `--net=${network}`, "--"];
  const wrk = [
    ...["wrk", "--latency", "-t1", `-c${connections}`, `-d${seconds}s`],
    ...["-H", `Host: ${stack.domain}`, `${url}/`],
  ];
  const { stdout, stderr } = await run([...enter, ...packagedCommand(wrk)], {
    timeoutMs: (seconds + 20) * 1000,
  });
  return parseWrk(`${stdout}\n${stderr}`);
}

/** The chain by hand, in namespaces that end with its first process. */
async function startByHand(stack: TestStack, webs: readonly string[], balancer: string) {
  const folder = mkdtempSync(join(tmpdir(), "foobar-hand-"));
  const of = (host: string, owner: string) =>
    tlsPaths(layoutUnder(hostFolder(stack.host(host)), process.execPath), owner);
  const site = join(hostFolder(stack.host(webs[0] ?? "")), "site");
  const files = handChainFiles({
    folder,
    visitor: of(balancer, "visitor").combined,
    balancer: of(balancer, "balancer"),
    webs: webs.map((name) => ({ name, tls: of(name, "web") })),
    root: join(site, readdirSync(site)[0] ?? "", "public"),
  });
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), content, { mode: 0o600 });
  const argv = packagedCommand([
    ...["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child"],
    ...["sh", join(folder, "start.sh"), folder],
  ]);
  const child = spawn(argv[0] ?? "", argv.slice(1), { stdio: ["ignore", "pipe", "pipe"] });
  const pid = await readyPid(child);
  return {
    network: (host: string) => `/proc/${pid}/root/run/netns/${host}`,
    stop: async () => {
      child.kill("SIGKILL");
      await once(child, "close");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function readyPid(child: ChildProcess): Promise<number> {
  return new Promise((done, fail) => {
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on("line", (line) => {
        said.push(line);
        const pid = /^ready (\d+)$/.exec(line)?.[1];
        if (pid !== undefined) done(Number(pid));
      });
    }
    child.on("error", fail);
    child.on("close", () => fail(new Error(`the chain by hand did not start:\n${said.join("\n")}`)));
  });
}

/** Measures all chains in turn. `say` gets a line before each round. */
export async function measureThroughput(
  stack: TestStack,
  {
    hosts,
    balancers,
    webs,
  }: {
    readonly hosts: readonly string[];
    readonly balancers: readonly string[];
    readonly webs: readonly string[];
  },
  say: (text: string) => void,
): Promise<Section> {
  const active = await untilOneBalancer(stack.directory, balancers);
  const address = (await stack.inHost(active, "getent ahostsv4 virtual-address")).stdout.split(" ")[0];
  const hand = await startByHand(stack, webs, active);
  const ways: readonly Way[] = [
    {
      name: "stack, at the balancer",
      url: `https://${address}:443`,
      network: `${hostProc(stack.host(active))}/ns/net`,
    },
    { name: "by hand, at the balancer", url: handUrl, network: hand.network("lb") },
    {
      name: "stack, through the endpoint",
      url: `https://127.0.0.1:${stack.ports.httpsPort}`,
      network: null,
    },
    { name: "by hand, through a gateway", url: handGatewayUrl, network: hand.network("gw") },
  ];
  const loads = new Map<string, Load[]>(ways.map(({ name }) => [name, []]));
  let cost: readonly string[] = [];
  try {
    const [atBalancer] = ways;
    if (atBalancer !== undefined) {
      say("what a request costs");
      cost = await costOfRequest(
        stack,
        hosts,
        async (seconds) => (await load(stack, atBalancer, seconds)).requestsPerSecond * seconds,
      );
    }
    for (let round = 1; round <= rounds; round += 1) {
      for (const way of ways) {
        say(`round ${round} of ${rounds}: ${way.name}`);
        loads.get(way.name)?.push(await load(stack, way));
      }
    }
  } finally {
    await hand.stop();
  }
  const middle = (name: string, of: keyof Load) => median((loads.get(name) ?? []).map((each) => each[of]));
  const share = (one: string, other: string) =>
    middle(one, "requestsPerSecond") / middle(other, "requestsPerSecond");
  const [direct, directByHand, whole, wholeByHand] = ways.map(({ name }) => name);
  const target = { is: "at least", value: 0.9 } as const;
  return {
    title: `Requests through HAProxy (TLS) to three nginx (verified TLS), ${connections} connections, ${rounds} × ${roundSeconds} s each in turn`,
    figures: [
      {
        name: "stack / by hand, at the balancer",
        value: share(direct ?? "", directByHand ?? ""),
        unit: "",
        target,
      },
      {
        name: "stack / by hand, through the gateway",
        value: share(whole ?? "", wholeByHand ?? ""),
        unit: "",
        target,
      },
    ],
    notes: [
      "",
      ...columns([
        ["chain", "requests/s", "p50, ms", "p99, ms", "failed"],
        ...ways.map(({ name }) => [
          name,
          middle(name, "requestsPerSecond").toFixed(0),
          middle(name, "p50").toFixed(2),
          middle(name, "p99").toFixed(2),
          middle(name, "failed").toFixed(0),
        ]),
      ]),
      ...cost,
      "The stack also filters packets, limits requests, ships a line of each to the monitor twice and measures it; the chain by hand does none of that.",
    ],
  };
}
