/** A host's packet filter: the whole nftables rule set of its network namespace. */
import { existsSync } from "node:fs";
import { z } from "zod";
import { digestOf } from "../digest.ts";
import { runFolder, runInSandbox } from "../enter.ts";
import { type HostHandle, hostHandle, liveSandbox } from "../handles.ts";
import { type Kind, keptWhole } from "../kind.ts";
import { numberOf } from "./host.ts";

const inputs = z.strictObject({
  host: hostHandle,
  /** nftables text; applied in one transaction in place of everything that was there. */
  rules: z.string().min(1),
});
export type RuleSetInputs = z.infer<typeof inputs>;

/** In the host's network namespace, which outlives the host's processes. */
const nft = (host: HostHandle, ...rest: string[]) => [
  "nsenter",
  `--net=/run/netns/${host.name}`,
  "nft",
  ...rest,
];

/** The live rule set without its counters and what packets put into its sets. */
async function liveRules(host: HostHandle): Promise<string> {
  const { stdout } = await runInSandbox(
    host.sandbox.directory,
    nft(host, "--stateless", "--terse", "list", "ruleset"),
  );
  return stdout;
}

export const ruleSet: Kind<RuleSetInputs> = {
  type: "onebox:index:RuleSet",
  ...keptWhole(inputs),
  replaceOn: ["host.sandbox.directory", "host.name"],
  id: ({ host }) => `${host.sandbox.directory}/${host.name}`,

  async ensure({ host, rules }) {
    await runInSandbox(host.sandbox.directory, nft(host, "-f", "-"), { input: `flush ruleset\n${rules}\n` });
    return { applied: digestOf(await liveRules(host)) };
  },

  async observe({ host }, { applied }) {
    const live = liveSandbox(host.sandbox.directory);
    if (live === null) return ["the sandbox does not run"];
    if (!existsSync(`${runFolder(live)}/netns/${host.name}`))
      return ["the network namespace of its host is missing"];
    return digestOf(await liveRules(host)) === applied
      ? []
      : ["the live rules are not the ones that were applied"];
  },

  async remove({ host }) {
    if (liveSandbox(host.sandbox.directory) === null) return;
    await runInSandbox(host.sandbox.directory, nft(host, "flush", "ruleset"), { accept: "any" });
  },

  async adopt(id) {
    const cut = id.lastIndexOf("/");
    const directory = id.slice(0, cut);
    const name = id.slice(cut + 1);
    const live = liveSandbox(directory);
    if (live === null) throw new Error(`${id} cannot be imported: the sandbox of ${directory} does not run`);
    const sandbox = { directory, incarnation: live.incarnation };
    const host = { sandbox, name, number: numberOf(directory, name) };
    const rules = await liveRules(host);
    return { inputs: { host, rules }, outputs: { applied: digestOf(rules) } };
  },
};
