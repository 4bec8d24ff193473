/** Quotes a word for a POSIX shell. */
export function shellQuote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Folder of a resource plugin in `$PULUMI_HOME/plugins`, as the engine looks for it. */
export function pluginFolderName(name: string, version: string): string {
  return `resource-${name}-v${version}`;
}

/**
 * Text of the executable that starts a plugin written for Node.
 * @param node absolute path of Node 24
 * @param script absolute path of the plugin's program
 */
export function launcherText(node: string, script: string): string {
  return `#!/bin/sh\nexec ${shellQuote(node)} ${shellQuote(script)} "$@"\n`;
}
