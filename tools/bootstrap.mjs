/**
 * First link of every npm script. Runs on the machine's own Node from a bare clone, so it is plain JavaScript
 * that imports no package: checks the machine, installs the npm packages of the lockfile when they
 * differ from what is installed, then hands over to Node 24 (npm package `node-linux-*`) running `tools/<command>.ts`.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { packagesAreInstalled } from "./lockfile.mjs";
import { node24Folder } from "./node24.mjs";
import { npmEnvironment, npmInstallation } from "./npm.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Node 24, from the lockfile like everything else. */
const node = join(node24Folder(root), "node");

/**
 * @param {string} message
 * @returns {never}
 */
function refuse(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** @returns {string[]} what keeps this machine from running the project, with remedies; empty when nothing does */
function machineFindings() {
  const findings = [];
  if (process.platform !== "linux") {
    findings.push(
      `platform: ${process.platform}; the project runs on Linux (use a virtual machine or WSL 2).`,
    );
  }
  if (root.includes(":")) {
    findings.push(`folder: ${root} has a colon, which PATH cannot hold; rename it.`);
  }
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20) {
    findings.push(`node: ${process.versions.node} on PATH; install Node.js 20 or newer.`);
  }
  return findings;
}

function installPackages() {
  process.stderr.write("npm packages: installing from package-lock.json (about 20 s)\n");
  const argv = npmInstallation(process.env);
  // stdout belongs to the command (`npm run -s env` is evaluated by a shell): npm's own lines go to stderr.
  const result = spawnSync(argv[0] ?? "npm", argv.slice(1), {
    cwd: root,
    env: npmEnvironment(process.env),
    stdio: ["ignore", 2, 2],
  });
  if (result.error) {
    refuse(`npm packages: npm could not be started (${result.error.message}); install npm 9 or newer.`);
  }
  if (result.status !== 0) {
    refuse("npm packages: `npm ci` failed, see its message above; nothing else was changed.");
  }
  if (!existsSync(node)) {
    refuse(
      `npm packages: Node 24 for ${process.platform} on ${process.arch} was left out of what npm installed; the package node-linux-* brings it for x64 and arm64.`,
    );
  }
  process.stderr.write("npm packages: installed\n");
}

/** @param {string} command */
function handOver(command) {
  // Written for the Node of the caller's shell: they change what runs here, or keep Node 24 from starting.
  const { NODE_OPTIONS, NODE_PATH, ...env } = process.env;
  const child = spawn(node, [join(root, "tools", `${command}.ts`), ...process.argv.slice(3)], {
    stdio: "inherit",
    env,
  });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    // A terminal sends SIGINT to the whole group already: a second one would make Pulumi stop at once.
    process.on(signal, () => {
      if (signal !== "SIGINT") child.kill(signal);
    });
  }
  child.on("error", (error) => refuse(`${node}: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else {
      process.exit(code ?? 1);
    }
  });
}

const command = process.argv[2];
if (command === undefined || !/^[a-z]+$/.test(command)) refuse("bootstrap.mjs: name a command of tools/");
const findings = machineFindings();
if (findings.length > 0) {
  refuse(["This machine cannot run the project:", ...findings.map((each) => `  - ${each}`)].join("\n"));
}
if (!packagesAreInstalled(root) || !existsSync(node)) installPackages();
handOver(command);
