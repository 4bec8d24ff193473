/** The stack's own switch inside its sandbox; hosts plug into it. */
import { z } from "zod";
import { runInSandbox } from "../enter.ts";
import { linkName, liveSandbox, sandboxHandle } from "../handles.ts";
import { type Kind, keptWhole } from "../kind.ts";

const inputs = z.strictObject({ sandbox: sandboxHandle, name: linkName });
export type BridgeInputs = z.infer<typeof inputs>;

/**
 * Whether packets that a bridge passes on go through the packet filter of the bridge's own namespace too: on by
 * default, and here for nothing, since every host filters for itself.
 */
const packetFilter = "/proc/sys/net/bridge/bridge-nf-call-iptables";

export const bridge: Kind<BridgeInputs> = {
  type: "onebox:index:Bridge",
  ...keptWhole(inputs),
  replaceOn: ["sandbox.directory", "name"],
  id: ({ sandbox, name }) => `${sandbox.directory}/${name}`,

  async ensure({ sandbox, name }) {
    const script = `ip link show ${name} >/dev/null 2>&1 || ip link add ${name} type bridge
ip link set ${name} up
[ ! -w ${packetFilter} ] || echo 0 2>/dev/null >${packetFilter} || true`;
    await runInSandbox(sandbox.directory, ["sh", "-ec", script]);
    return {};
  },

  async observe({ sandbox, name }) {
    if (liveSandbox(sandbox.directory) === null) return ["the sandbox does not run"];
    const { stdout } = await runInSandbox(sandbox.directory, ["ip", "-o", "link", "show", name], {
      accept: "any",
    });
    return /[<,]UP[,>]/.test(stdout) ? [] : [`bridge ${name} is missing or down`];
  },

  async remove({ sandbox, name }) {
    if (liveSandbox(sandbox.directory) === null) return;
    await runInSandbox(sandbox.directory, ["ip", "link", "del", name], { accept: "any" });
  },
};
