import { dirname, join } from "node:path";
import { node24Folder } from "./node24.mjs";

/** Absolute folder of the project (the one with Pulumi.yaml). */
export const projectRoot = dirname(import.meta.dirname);

/** Everything that can be had again; git-ignored. */
export const cacheFolder = join(projectRoot, ".cache");

/** What must not be lost: state, passphrase, data of onebox stacks; git-ignored. */
export const dataFolder = join(projectRoot, ".onebox");

/** PULUMI_HOME of the project: CLI, plugins, workspace settings. */
export const pulumiHome = join(cacheFolder, "pulumi");

/** What Node has compiled, so that the next process need not. */
export const compileCache = join(cacheFolder, "compiled");

/** Folder of the operating-system packages that only tests use. */
export const packagesFolder = join(cacheFolder, "packages");

/** Folder of the executables that the npm packages bring. */
export const nodeBinFolder = join(projectRoot, "node_modules", ".bin");

/** Folder of Node 24 alone. */
export const nodeFolder = node24Folder(projectRoot);

/** Folder of plain `pulumi`, for the PATH of a shell. */
export const launcherFolder = join(projectRoot, "tools", "bin");

/** Node 24, which runs every TypeScript file of the project. */
export const node24 = join(nodeFolder, "node");

/** Root folder of Pulumi's file backend. */
export const stateFolder = join(dataFolder, "state");
/**
 * The project's own backend. Without a sidecar of checksums beside every file: the engine writes the whole state after
 * each step, and a fifth of its work would go there.
 */
export const stateBackend = `file://${stateFolder}?metadata=skip`;

/** File with the generated passphrase that encrypts secrets in the state, mode 0600. */
export const passphraseFile = join(dataFolder, "passphrase");

/**
 * Where `up` puts the certificate of the stack's own authority, for curl and browsers.
 * @param stack name of the stack
 */
export function caCertificateFile(stack: string): string {
  return join(dataFolder, `${stack}-ca.pem`);
}
