/** Which AWS the test meets: the true one when it is asked for, or an emulator that stands in. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { beforeEmulator } from "./missingCalls.ts";
import { completedStandIn } from "./standIn.ts";

/** What the Pulumi CLI is started with, and how it is left. */
export interface Aws {
  readonly env: NodeJS.ProcessEnv;
  /** The emulator and what was asked of it; null for the true AWS. */
  readonly emulator: { readonly url: string; readonly refreshes: readonly URLSearchParams[] } | null;
  close(): void;
}

/** Set to `real` to build the stacks in a true account, which costs money. */
const choice = "AWS_TEST";

const pluginName = "pulumi-resource-aws";

const onPath = () =>
  (process.env.PATH ?? "").split(delimiter).find((folder) => existsSync(join(folder, pluginName)));

async function officialPlugin(): Promise<boolean> {
  const folder = join(process.env.PULUMI_HOME ?? "", "plugins");
  const names = await readdir(folder).catch(() => []);
  return names.some((name) => name.startsWith("resource-aws-v"));
}

/** @returns the AWS to test against, or why there is none */
export async function chooseAws(): Promise<Aws | { readonly none: string }> {
  const emulator = process.env.AWS_ENDPOINT_URL ?? "";
  const standIn = onPath();
  if (emulator !== "" && standIn !== undefined) {
    const before = await beforeEmulator(emulator);
    const plugin = await completedStandIn(standIn);
    return {
      emulator: { url: emulator, refreshes: before.refreshes },
      env: {
        ...process.env,
        AWS_ENDPOINT_URL: before.url,
        PATH: [plugin, process.env.PATH ?? ""].join(delimiter),
      },
      close: () => before.close(),
    };
  }
  if (process.env[choice] === "real") {
    return (await officialPlugin())
      ? { emulator: null, env: process.env, close: () => undefined }
      : {
          none: `${choice} is real, but Pulumi's AWS plugin is not installed: pulumi plugin install resource aws`,
        };
  }
  return {
    none: `no emulator of AWS is running (AWS_ENDPOINT_URL with ${pluginName} on PATH), and ${choice} is not "real"`,
  };
}
