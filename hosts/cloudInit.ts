/** A host's first start: user data for cloud-init. */
import type { Files } from "./layout.ts";

/** What a host is made of when it first starts. */
export interface CloudInitInput {
  readonly hostname: string;
  /** Debian packages; none when the image holds them. */
  readonly packages: readonly string[];
  /** Units that a package's installation must not start. */
  readonly maskedUnits: readonly string[];
  /** Files without secrets: user data can be read by every process of the host. */
  readonly files: Files;
  /** Run once, in this order, after everything is installed and written. */
  readonly commands: readonly (readonly string[])[];
}

/** Packages come from where the image has them, over HTTPS alone: no other port leads out, so that apt says so at once. */
const httpsOnly = 'Dir::Bin::Methods::http "false";\n';

/** The most bytes that EC2 takes as user data, before base64. */
export const userDataLimit = 16_384;

/**
 * The user data, `#cloud-config` followed by JSON (which is YAML as well).
 * @throws Error naming every file that holds a secret
 */
export function renderCloudInit(input: CloudInitInput): string {
  const secret = Object.entries(input.files).filter(([, file]) => file.secret);
  if (secret.length > 0) {
    throw new Error(`secrets do not belong into user data: ${secret.map(([path]) => path).join(", ")}`);
  }
  const installing = input.packages.length > 0;
  const config = {
    hostname: input.hostname,
    preserve_hostname: false,
    manage_etc_hosts: true,
    // Nobody logs in but by Session Manager.
    ssh_pwauth: false,
    disable_root: true,
    ...(input.maskedUnits.length > 0
      ? { bootcmd: [["systemctl", "mask", "--no-reload", ...input.maskedUnits]] }
      : {}),
    ...(installing
      ? {
          apt: { conf: httpsOnly },
          package_update: true,
          package_upgrade: false,
          packages: input.packages,
        }
      : {}),
    write_files: Object.entries(input.files).map(([path, { content, mode }]) => ({
      path,
      permissions: mode,
      content,
    })),
    runcmd: input.commands,
  };
  return `#cloud-config\n${JSON.stringify(config, null, 1)}\n`;
}
