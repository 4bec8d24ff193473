/** The only file that names the clouds. Each is imported only when it is asked for. */
import type { Settings } from "../config/schema.ts";
import { type StackOutputs, WebStack } from "./stack.ts";

const builders: Readonly<
  Record<Settings["cloud"], (name: string, settings: Settings) => Promise<StackOutputs>>
> = {
  onebox: async (name, settings) => {
    const { oneboxCloud } = await import("./onebox/cloud.ts");
    return new WebStack(name, { settings, cloud: await oneboxCloud(settings) }).outputs;
  },
  aws: async (name, settings) => {
    const { awsCloud } = await import("./aws/cloud.ts");
    return new WebStack(name, { settings, cloud: await awsCloud(settings) }).outputs;
  },
};

/** Builds the stack on the cloud that the settings name. */
export function buildStack(name: string, settings: Settings): Promise<StackOutputs> {
  return builders[settings.cloud](name, settings);
}
