/** A real `npm run up`, in the project's own backend, that is killed in the middle. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { kill, until } from "../../provider/system.ts";
import { projectRoot, stateBackend } from "../../tools/paths.ts";
import { pulumiEnvironment } from "../../tools/pulumi/environment.ts";
import { stackFile } from "../../tools/pulumi/stackFile.ts";
import { runOrFail } from "../../tools/run.ts";
import { findCli } from "../../tools/setup/cli.ts";
import { inSession } from "./support/machine.ts";
import { freePorts, smallTopology } from "./support/stack.ts";

const stack = "test-killed";
const directory = join(projectRoot, ".onebox/stacks", stack);
const env = { ...process.env, PULUMI_BACKEND_URL: stateBackend };

/** Pulumi's own, which looks for its engine every five minutes, and ends by itself then. */
const languageHost = "pulumi-language-nodejs";

/** Starts a command of the project in a session of its own. */
function start(command: "up" | "down") {
  const child = spawn("npm", ["run", "--silent", command, "--", "--stack", stack], {
    cwd: projectRoot,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  const exit = once(child, "exit").then(() => child.exitCode);
  return { session: child.pid ?? 0, exit, said: () => said };
}

async function succeeds(command: "up" | "down"): Promise<string> {
  const { exit, said } = start(command);
  assert.equal(await exit, 0, said());
  return said();
}

describe("`npm run up` that is killed", function () {
  this.timeout(600_000);

  before(async () => {
    const [httpsPort, httpPort, dashboardPort] = await freePorts(3);
    const config = {
      "foobar:cloud": "onebox",
      "foobar:onebox": { httpsPort, httpPort, dashboardPort },
      "foobar:servers": smallTopology,
    };
    writeFileSync(stackFile(stack), JSON.stringify({ config }, null, 2));
  });

  it("leaves no process of the project behind, and the next one completes", async () => {
    const { session, exit, said } = start("up");
    await until("the database's files, in the middle of the first `up`", 120_000, () => {
      if (inSession(session).length === 0) throw new Error(said());
      return existsSync(join(directory, "hosts/db-1/services/mariadb/run")) ? null : "not yet";
    });
    // The group that a terminal would kill: npm, the command, the engine. Each plugin has a group of its own.
    kill(-session);
    await exit;
    const left = () => inSession(session).filter(({ command }) => !command.includes(languageHost));
    await until("the end of program and provider", 30_000, () => left()[0]?.command ?? null);
    for (const { pid } of inSession(session)) kill(pid);
    assert.match(await succeeds("up"), /is gone without releasing stack test-killed: its lock was removed/);
    await succeeds("down");
    assert.ok(!existsSync(directory));
  });

  after(async () => {
    if (existsSync(directory)) await succeeds("down");
    await runOrFail("stack rm", ["pulumi", "-C", projectRoot, "stack", "rm", "--yes", "--stack", stack], {
      env: { ...(await pulumiEnvironment(await findCli(), stack)), ...{ PULUMI_BACKEND_URL: stateBackend } },
    });
    rmSync(stackFile(stack), { force: true });
  });
});
