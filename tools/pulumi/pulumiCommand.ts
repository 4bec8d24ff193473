import { projectRoot } from "../paths.ts";

/**
 * Command line of a Pulumi operation on a stack of this project.
 * @param operation subcommand, for example "up"
 * @param configFile config file in place of the stack's own
 * @param flags further flags
 */
export function pulumiCommand(
  operation: "up" | "preview" | "refresh" | "destroy",
  stack: string,
  configFile: string | undefined,
  flags: readonly string[] = [],
): readonly string[] {
  const config = configFile === undefined ? [] : ["--config-file", configFile];
  return ["pulumi", "-C", projectRoot, operation, "--stack", stack, ...config, ...flags];
}
