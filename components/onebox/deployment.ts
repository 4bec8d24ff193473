/** Puts what hosts/ describes onto a host of the sandbox: files, folders, supervised processes. */
import * as pulumi from "@pulumi/pulumi";
import { type Files, layoutUnder, type ServiceUser } from "../../hosts/layout.ts";
import type { ServiceSpec } from "../../hosts/service.ts";
import { DirectoryCopy, FileTree, type HostHandle, Service } from "../../provider/sdk/index.ts";
import type { Site } from "../site.ts";

/** Where a host's own folder lies inside it. */
export const root = "/run/host";

/** Folders of every onebox host. */
export const layout = layoutUnder(root, "/run/node/bin/node");

/** Folder of a host's supervisor with one folder a service. */
export const scanDirectory = "/run/scan";

/** An absolute path inside a host as the provider counts it: from the host's own folder. */
export function within(path: string): string {
  if (!path.startsWith(`${root}/`)) throw new Error(`${path} is not below ${root}`);
  return path.slice(root.length + 1);
}

const relative = <T>(byPath: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(byPath).map(([path, value]) => [within(path), value]));

/** Files in the provider's form; secret as a whole, since most trees hold a key or a password. */
function filesInput(files: pulumi.Output<Files>) {
  const plain = files.apply((all) =>
    relative(
      Object.fromEntries(
        Object.entries(all).map(([path, { content, mode, user }]) => [path, { content, mode, user }]),
      ),
    ),
  );
  return pulumi.secret(plain);
}

/** A command on some host. */
export interface RemoteCommand {
  readonly host: HostHandle;
  readonly command: string[];
}

/** One server of a group at a time: drained before a restart, put back after. */
export interface Rollout {
  readonly group: string;
  readonly drain: pulumi.Output<RemoteCommand[]>;
  readonly resume: pulumi.Output<RemoteCommand[]>;
}

/** A folder that a daemon writes into, octal mode as the daemon itself sets it. */
export interface OwnedFolder {
  readonly user: ServiceUser;
  readonly mode: string;
}

/** What makes up one program's part on a host. */
export interface DeploymentArgs {
  readonly host: pulumi.Output<HostHandle>;
  /** Unique on the host: resources are named `<host>-<name>`. */
  readonly hostName: string;
  readonly name: string;
  readonly files: Files | pulumi.Output<Files>;
  /** Absolute path → user that writes into it; with its mode where others may not look in. */
  readonly folders?: Readonly<Record<string, ServiceUser | OwnedFolder>>;
  readonly services: readonly ServiceSpec[];
  /** Working directory of the services; default the host's own folder. */
  readonly directory?: string;
  readonly rollout?: Rollout;
  /** Further groups of the services' users: whose sockets they may open. */
  readonly groups?: readonly ServiceUser[];
  /** Whether something else (a cluster) starts the services. */
  readonly manual?: boolean;
  /** What must stand before the services start: the firewall. */
  readonly after: readonly pulumi.Resource[];
}

/** What a deployment made. */
export interface Deployed {
  readonly files: FileTree;
  readonly services: readonly Service[];
}

/** Writes the files, then runs the services that read them. */
export function deploy(args: DeploymentArgs, options: pulumi.CustomResourceOptions): Deployed {
  const { host, hostName, name, folders = {}, rollout, groups = [], after } = args;
  const owned = Object.fromEntries(
    Object.entries(folders).map(([path, folder]) => [
      path,
      typeof folder === "string" ? { user: folder, mode: "0755" } : folder,
    ]),
  );
  const tree = new FileTree(
    `${hostName}-${name}`,
    { host, name, files: filesInput(pulumi.output(args.files)), folders: relative(owned) },
    options,
  );
  const services = args.services.map(
    (spec) =>
      new Service(
        `${hostName}-${spec.name}`,
        {
          ...spec,
          host,
          version: tree.version,
          directory: args.directory ?? root,
          command: [...spec.command],
          groups: [...groups],
          capabilities: [...spec.capabilities],
          validate: spec.validate === null ? null : [...spec.validate],
          ready: readyInput(spec),
          manual: args.manual ?? false,
          rollout: rollout === undefined ? null : rolloutInput(rollout),
        },
        { ...options, dependsOn: [...after] },
      ),
  );
  return { files: tree, services };
}

const rolloutInput = ({ group, drain, resume }: Rollout) =>
  pulumi.all([drain, resume]).apply(([before, after]) => ({ group, drain: before, resume: after }));

function readyInput({ ready }: ServiceSpec) {
  return ready !== null && "command" in ready ? { command: [...ready.command] } : ready;
}

/** A site on a host. */
export interface DeployedSite {
  /** Its folder inside the host, of its own for each content. */
  readonly directory: string;
  /** What must stand before anything serves from the folder. */
  readonly copy: DirectoryCopy;
}

/** Copies the site onto a host. */
export function deploySite(
  host: pulumi.Output<HostHandle>,
  hostName: string,
  site: Site,
  options: pulumi.CustomResourceOptions,
): DeployedSite {
  const target = `site/${site.hash.slice(0, 16)}`;
  const copy = new DirectoryCopy(
    `${hostName}-site`,
    { host, source: site.directory, digest: site.hash, target },
    options,
  );
  return { directory: `${root}/${target}`, copy };
}
