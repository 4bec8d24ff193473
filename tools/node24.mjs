import { join } from "node:path";

/**
 * Folder of Node 24 in a project whose npm packages are installed: that of the package itself, not the link in
 * node_modules/.bin, which npm 9 takes away with the other architecture's package.
 * @param {string} root absolute folder of the project
 */
export function node24Folder(root) {
  return join(root, "node_modules", `node-linux-${process.arch}`, "bin");
}
