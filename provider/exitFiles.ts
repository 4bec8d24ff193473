/** Text of the s6 service folder that keeps one way out of a sandbox open. Pure. */
import { quote, type ServiceFile } from "./supervision.ts";

/** One way out: a Unix socket on this machine, and the server of the machine's network that it leads to. */
export interface ExitInput {
  /** Folder of the socket on this machine, absolute. */
  readonly folder: string;
  /** The socket's name in it. */
  readonly name: string;
  /** `host:port` */
  readonly server: string;
  /** Numeric group that alone may connect; null where the sandbox has only one user. */
  readonly group: number | null;
}

/** A way out needs nothing of root's: it runs as nobody, in the group of who may connect. */
export const nobody = 65_534;

/** Who may connect to a socket, as its octal mode. */
export const socketMode = (group: number | null): number => (group === null ? 0o600 : 0o660);

function runScript({ folder, name, server, group }: ExitInput): string {
  const as =
    group === null
      ? []
      : [
          ...["setpriv", "--reuid", String(nobody), "--regid", String(group)],
          ...["--clear-groups", "--no-new-privs"],
        ];
  const mode = `0${socketMode(group).toString(8)}`;
  const command = [
    ...as,
    "socat",
    `UNIX-LISTEN:${name},fork,max-children=100,mode=${mode},unlink-early`,
    `TCP:${server},connect-timeout=5`,
  ];
  return [
    "#!/bin/sh",
    // Silent: whoever is not answered says so in a log of its own, and this one would grow without end.
    "exec 2>/dev/null",
    "echo $$ >group",
    // The socket is made by its name alone, since its path may have 107 bytes and the project's folder may be deep.
    `cd ${quote(folder)}`,
    `exec ${command.map(quote).join(" ")}`,
    "",
  ].join("\n");
}

/** Connections that a removed way out still passes on end with it. They share its process group. */
const finishScript = `#!/bin/sh
[ ! -s group ] || kill -KILL "-$(cat group)" 2>/dev/null
exit 0
`;

/** The service folder of a way out. */
export function exitService(exit: ExitInput): readonly ServiceFile[] {
  return [
    { path: "run", content: runScript(exit), executable: true },
    { path: "finish", content: finishScript, executable: true },
  ];
}
