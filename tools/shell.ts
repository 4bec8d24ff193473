import { hostCommand, hostPid } from "../provider/enter.ts";
import { liveSandbox } from "../provider/handles.ts";
import { awsShell } from "./aws/status.ts";
import { type Command, serve } from "./command.ts";
import { oneboxStack } from "./onebox/stack.ts";
import { Problem } from "./problem.ts";
import { cloudOf } from "./pulumi/stackFile.ts";
import { attach } from "./run.ts";

/** What a shell inside a host finds in its environment: none of the caller's secrets. */
const environment = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  LANG: "C.UTF-8",
  TERM: process.env.TERM ?? "dumb",
  HOME: "/run/host",
};

const command: Command = {
  name: "shell",
  summary: "A shell inside a host of the stack, as its root; or one command there.",
  argument: { name: "HOST", help: "the host, as `npm run status` names it" },
  rest: { name: "COMMAND", help: "run this instead of a shell; its exit code is this command's" },
  main: async ({ stack, argument: host, rest = [] }) => {
    if (host === undefined) throw new Problem("npm run shell: name a host; `npm run status` lists them");
    if ((await cloudOf(stack)) === "aws") return awsShell(stack, host, rest);
    const { directory, settings } = await oneboxStack(stack);
    const names = ["gateway", ...settings.servers.map(({ name }) => name)];
    if (!names.includes(host))
      throw new Problem(`there is no host ${host} in stack ${stack}; there are ${names.join(", ")}`);
    const live = liveSandbox(directory);
    if (live === null) throw new Problem(`stack ${stack} does not run; \`npm run up\` starts it`);
    const pid = hostPid(live, host);
    if (pid === null) throw new Problem(`host ${host} is down; \`npm run up\` starts it again`);
    const argv = rest.length > 0 ? rest : ["sh", "-i"];
    return attach(hostCommand(live, pid, argv), { env: environment });
  },
};

await serve(command);
