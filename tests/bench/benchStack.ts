/** The stack that the bench measures: made and destroyed by itself, with a name and ports of its own. */
import { request } from "node:https";
import { sandbox } from "../../provider/kinds/sandbox.ts";
import { fullTopology, TestStack } from "../onebox/support/stack.ts";
import type { TimedLine } from "./upLog.ts";

const name = "bench";

/** Limits that its loads stay below, and the scrape interval that the cost of monitoring is promised for. */
const config = {
  servers: fullTopology,
  limits: { requestsPer10s: 10_000_000, connections: 1000 },
  monitoring: { scrapeSeconds: 15 },
};

/** How the start of the stack went; seconds since the command began. */
export interface Start {
  readonly lines: readonly TimedLine[];
  /** First HTTPS answer with status 200 through the endpoint. */
  readonly firstAnswer: number;
  /** End of the command. */
  readonly ended: number;
}

/** Status of one request; null without an answer. Not verified: the authority is only known when the stack stands. */
function statusOf(port: number, servername: string): Promise<number | null> {
  return new Promise((done) => {
    const call = request(
      {
        host: "127.0.0.1",
        port,
        servername,
        path: "/",
        headers: { host: `${servername}:${port}` },
        rejectUnauthorized: false,
        agent: false,
        timeout: 500,
      },
      (response) => {
        response.resume();
        response.on("error", () => done(null));
        response.on("end", () => done(response.statusCode ?? null));
      },
    );
    call.on("timeout", () => call.destroy(new Error("no answer")));
    call.on("error", () => done(null));
    call.end();
  });
}

/** Milliseconds between two looks at the endpoint. */
const lookEvery = 25;

/** Removes what an interrupted bench left, then makes the stack without starting it. */
export async function makeBenchStack(): Promise<TestStack> {
  const stack = await TestStack.make(name, config);
  await sandbox.remove({ directory: stack.directory, userland: "", listeners: [] });
  return stack;
}

/** `pulumi up`, watched from outside. */
export async function startWatched(stack: TestStack): Promise<Start> {
  const started = performance.now();
  const now = () => (performance.now() - started) / 1000;
  const lines: TimedLine[] = [];
  let firstAnswer = Number.NaN;
  let over = false;
  const watch = async () => {
    while (!over && Number.isNaN(firstAnswer)) {
      if ((await statusOf(stack.ports.httpsPort, stack.domain)) === 200) firstAnswer = now();
      else await new Promise((resume) => setTimeout(resume, lookEvery));
    }
  };
  const watching = watch();
  try {
    await stack.up((text) => lines.push({ at: now(), text }));
  } finally {
    over = true;
    await watching;
  }
  return { lines, firstAnswer, ended: now() };
}
