import { type Command, serve } from "./command.ts";
import { collectedLogs } from "./logs/collected.ts";
import { followCommand, lnavCommand, sinceOf } from "./logs/request.ts";
import { cacheFolder } from "./paths.ts";
import { findingsMessage, Problem } from "./problem.ts";
import { attach } from "./run.ts";
import { inUserland } from "./userland/command.ts";
import { ensureUserland } from "./userland/tree.ts";

const command: Command = {
  name: "logs",
  summary:
    "Shows what the stack's monitor keeps of every host's logs: in lnav on a terminal, else as plain lines; onebox only.",
  argument: { name: "HOST", help: "only this host (default: all)" },
  options: {
    host: "the same as an option",
    search: "only lines that match this pattern (PCRE), such as '\"status\":5'",
    since: "only lines from then on: 90s, 10m, 2h, 3d, or 2026-01-31T12:00 (UTC)",
  },
  flags: { follow: "print each new line as it comes (lnav does so by itself)" },
  main: async ({ stack, values, flags, argument }) => {
    const host = argument ?? values.host;
    const { search } = values;
    const since = values.since === undefined ? undefined : sinceOf(values.since, Date.now());
    const follow = flags.has("follow");
    const logs = await collectedLogs(stack);
    const findings = [
      ...(host === undefined || logs.has(host)
        ? []
        : [`host ${host}: there is none of this name; there are ${[...logs.keys()].sort().join(", ")}`]),
      ...(argument === undefined || values.host === undefined || argument === values.host
        ? []
        : ["--host: a host is named already"]),
      ...(since === null ? [`--since ${values.since}: neither 90s, 10m, 2h, 3d nor a date`] : []),
      ...(search?.includes("\n") ? ["--search: one line only"] : []),
      ...(follow && (search ?? values.since) !== undefined ? ["--follow: not with --search or --since"] : []),
    ];
    if (findings.length > 0 || since === null) throw new Problem(findingsMessage("npm run logs", findings));
    const files = [...logs]
      .filter(([name]) => host === undefined || name === host)
      .flatMap(([, each]) => each);
    if (follow) return attach(followCommand(files.filter((path) => path.endsWith("/current"))));
    await ensureUserland();
    const screen = process.stdout.isTTY === true && process.stdin.isTTY === true;
    return attach(inUserland(lnavCommand({ search, since }, files, screen)), {
      // Its own files stay with the project, and times are told as the lines tell them.
      env: { ...process.env, XDG_CONFIG_HOME: cacheFolder, TZ: "UTC" },
    });
  },
};

await serve(command);
